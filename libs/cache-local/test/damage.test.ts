import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { isUnreadable } from "@cogniverse/sdk";
import { flipBit } from "@cogniverse/testkit";
import { disk } from "../src/file-system.ts";
import type { FileSystem, LocalBackend } from "../src/index.ts";
import { entryOf, Workbench } from "./open-tier.ts";

const BYTES = 100_000;

async function valueFiles(base_path: string): Promise<readonly string[]> {
  const names = await readdir(base_path, { recursive: true });
  const values = names.filter((name) => /^(?:values|tmp).*[0-9a-f]{32}$/.test(name));
  return values.map((name) => join(base_path, name));
}

async function oneFile(bench: Workbench) {
  const base_path = await bench.directory();
  const tier = await bench.open({ base_path });
  await tier.entries.putEntry("k", entryOf(BYTES), "acme");
  const [file = ""] = await valueFiles(base_path);
  return { base_path, tier, file };
}

/** The tier forgets the copy and takes a new one. Returns what it answered at first. */
async function dropped(tier: LocalBackend, base_path: string): Promise<unknown> {
  const answer = await tier.entries.getEntry("k", "acme");
  await tier.put("other", Uint8Array.of(1), "acme");
  expect(await tier.entries.getEntry("k", "acme")).toBeUndefined();
  expect(await tier.getStats("acme")).toMatchObject({ entries: 1 });
  await tier.cleanup();
  expect(await valueFiles(base_path)).toEqual([]);
  expect(await tier.put("k", new Uint8Array(BYTES), "acme")).toBe(true);
  expect((await tier.get("k", "acme"))?.byteLength).toBe(BYTES);
  return answer;
}

const CORRUPT = { unreadable: "corrupt" };

describe("a damaged file", () => {
  test.each([0, 1, 30, 1000, BYTES])("cut to %i bytes is dropped", async (bytes) => {
    await using bench = new Workbench();
    const { tier, base_path, file } = await oneFile(bench);
    await truncate(file, bytes);
    expect(await dropped(tier, base_path)).toEqual(CORRUPT);
  });

  test("that grew is dropped", async () => {
    await using bench = new Workbench();
    const { tier, base_path, file } = await oneFile(bench);
    await writeFile(file, "more", { flag: "a" });
    expect(await dropped(tier, base_path)).toEqual(CORRUPT);
  });

  test("that is gone is dropped", async () => {
    await using bench = new Workbench();
    const { tier, base_path, file } = await oneFile(bench);
    await rm(file);
    expect(await dropped(tier, base_path)).toEqual(CORRUPT);
  });

  test.each([0, 4, 8, 13, 20, 40, 200])(
    "with a bit flipped at byte %i of its header is dropped",
    async (at) => {
      await using bench = new Workbench();
      const { tier, base_path, file } = await oneFile(bench);
      await writeFile(file, flipBit(at * 8)(await readFile(file)));
      expect(await dropped(tier, base_path)).toEqual(CORRUPT);
    },
  );

  test("with a flipped payload comes back as it is: its checksum is the reader's to verify", async () => {
    await using bench = new Workbench();
    const { tier, file } = await oneFile(bench);
    await writeFile(file, flipBit(50_000 * 8)(await readFile(file)));
    const found = await tier.entries.getEntry("k", "acme");
    expect(found !== undefined && !isUnreadable(found) && found.data.byteLength).toBe(BYTES);
  });
});

/** The disk, on which one kind of call fails as long as `failing` says so. */
function failingDisk(call: keyof FileSystem, code: string) {
  const state = { failing: true };
  const fail = (): Promise<never> =>
    Promise.reject(Object.assign(new Error(`${code}: made up`), { code }));
  const original = disk[call].bind(disk) as (...given: unknown[]) => Promise<never>;
  const wrapped = (...given: unknown[]) => (state.failing ? fail() : original(...given));
  return { state, fileSystem: { ...disk, [call]: wrapped } };
}

describe("a failing disk", () => {
  const cases: [keyof FileSystem, string, boolean][] = [
    ["open", "EMFILE", true],
    ["open", "EACCES", false],
    ["write", "ENOSPC", true],
    ["write", "EIO", false],
    ["sync", "EIO", false],
    ["rename", "ENOSPC", true],
    ["mkdir", "EROFS", false],
  ];

  test.each(cases)(
    "%s: %s fails the write, leaves nothing, and recovers",
    async (call, code, retryable) => {
      await using bench = new Workbench();
      const base_path = await bench.directory();
      const { state, fileSystem } = failingDisk(call, code);
      const tier = await bench.open({ base_path }, fileSystem);
      const put = () => tier.entries.putEntry("k", entryOf(BYTES), "acme");
      await expect(put()).rejects.toMatchObject({ code: "tier_unavailable", retryable });
      expect(await tier.getStats("acme")).toMatchObject({
        entries: 0,
        details: { reservedBytes: 0, fileBytes: 0 },
      });
      expect(await valueFiles(base_path)).toEqual([]);
      state.failing = false;
      expect(await put()).toEqual(expect.any(String));
      expect((await tier.get("k", "acme"))?.byteLength).toBe(BYTES);
    },
  );

  test.each([
    ["open", "EMFILE", true],
    ["read", "EIO", false],
  ] as const)("%s: %s fails the read and keeps the copy", async (call, code, retryable) => {
    await using bench = new Workbench();
    const { base_path } = await oneFile(bench);
    const { state, fileSystem } = failingDisk(call, code);
    const tier = await bench.open({ base_path }, fileSystem);
    await expect(tier.get("k", "acme")).rejects.toMatchObject({
      code: "tier_unavailable",
      retryable,
    });
    state.failing = false;
    expect((await tier.get("k", "acme"))?.byteLength).toBe(BYTES);
  });

  test("a file that cannot be unlinked stays charged until it can", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const { state, fileSystem } = failingDisk("unlink", "EBUSY");
    const tier = await bench.open({ base_path }, fileSystem);
    await tier.put("k", new Uint8Array(BYTES), "acme");
    await tier.delete("k", "acme");
    await tier.cleanup();
    const charged = async () => (await tier.getStats("acme")).details?.["fileBytes"];
    expect(await charged()).toBeGreaterThan(BYTES);
    state.failing = false;
    await tier.cleanup();
    expect(await charged()).toBe(0);
    expect(await valueFiles(base_path)).toEqual([]);
  });
});
