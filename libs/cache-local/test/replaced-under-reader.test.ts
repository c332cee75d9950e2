import { existsSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { disk } from "../src/file-system.ts";
import type { FileSystem, LocalBackend } from "../src/index.ts";
import { Workbench } from "./open-tier.ts";

const LARGE = 50_000;
const value = (fill: number, bytes = LARGE): Uint8Array => new Uint8Array(bytes).fill(fill);

/** A reader between whose look at the index and opening of the file `meanwhile` happens, once, by another tier on the directory. */
async function interrupted(bench: Workbench, meanwhile: (other: LocalBackend) => Promise<unknown>) {
  const base_path = await bench.directory();
  const other = await bench.open({ base_path });
  await other.put("k", value(1), "acme");
  let armed = true;
  const open: FileSystem["open"] = async (path, flags) => {
    if (armed && flags === "r" && /values.*[0-9a-f]{32}$/.test(path)) {
      armed = false;
      await meanwhile(other);
      await other.cleanup();
      if (existsSync(path)) throw new Error("The old file should be gone by now");
    }
    return disk.open(path, flags);
  };
  return bench.open({ base_path }, { ...disk, open });
}

test.each([
  ["a file", value(2)],
  ["a value in the index", value(2, 10)],
])("a reader whose file was replaced by %s gets the new value", async (_name, next) => {
  await using bench = new Workbench();
  const reader = await interrupted(bench, (other) => other.put("k", next, "acme"));
  const found = await reader.get("k", "acme");
  expect(Buffer.compare(next, found ?? new Uint8Array())).toBe(0);
});

test("a reader whose file was deleted finds nothing, which is not damage", async () => {
  await using bench = new Workbench();
  const reader = await interrupted(bench, (other) => other.delete("k", "acme"));
  expect(await reader.entries.getEntry("k", "acme")).toBeUndefined();
});

test("race 22: a reader that has the file open reads on when it is evicted", async () => {
  await using bench = new Workbench();
  const base_path = await bench.directory();
  const other = await bench.open({ base_path });
  await other.put("k", value(1), "acme");
  const read: FileSystem["read"] = async (file, into, offset, length) => {
    await other.delete("k", "acme");
    await other.cleanup();
    return disk.read(file, into, offset, length);
  };
  const reader = await bench.open({ base_path }, { ...disk, read });
  expect(Buffer.compare(value(1), (await reader.get("k", "acme")) ?? new Uint8Array())).toBe(0);
});
