import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Workbench } from "./open-tier.ts";

test("removes expired entries with their files and figures, and nothing else", async () => {
  await using bench = new Workbench();
  const tier = await bench.open();
  const put = (key: string, bytes: number, ttl: number | null) =>
    tier.put(key, new Uint8Array(bytes), "acme", {}, ttl);
  await Promise.all(Array.from({ length: 200 }, (_, n) => put(`brief/${n}`, 10, 1)));
  await put("brief/file", 50_000, 1);
  await put("later", 50_000, 2);
  await put("never", 10, null);
  bench.context.clock.advance(1000);
  expect(await tier.getStats("acme")).toMatchObject({ entries: 2, exact: true });
  expect(await tier.cleanup()).toEqual({ expired: 201, reclaimed: 0, strays: 0 });
  expect(await tier.getStats("acme")).toMatchObject({ entries: 2 });
  expect(await tier.listKeys("", "acme")).toEqual(["later", "never"]);
});

test("figures say when too much has expired to leave it out", async () => {
  await using bench = new Workbench();
  const tier = await bench.open();
  const keys = Array.from({ length: 300 }, (_, n) => `k/${n}`);
  await Promise.all(keys.map((key) => tier.put(key, new Uint8Array(1), "acme", {}, 1)));
  bench.context.clock.jumpWall(1000);
  expect(await tier.getStats("acme")).toMatchObject({ exact: false });
  await tier.cleanup();
  expect(await tier.getStats("acme")).toMatchObject({ entries: 0, exact: true });
});

test("runs by itself at the interval that is configured", async () => {
  await using bench = new Workbench();
  const tier = await bench.open({ cleanup_interval: 60 });
  const passed = (): Promise<unknown> => {
    // A pass has ended when it has set the timer of the next one.
    bench.context.clock.advance(60_000);
    return tier.cleanup();
  };
  await passed();
  await tier.put("k", new Uint8Array(10), "acme", {}, 1);
  await passed();
  const { details } = await tier.getStats("acme");
  expect(details?.["indexBytes"]).toBe(0);
});

test("removes files that the index does not know, in all directories one after the other", async () => {
  await using bench = new Workbench();
  const base_path = await bench.directory();
  const tier = await bench.open({ base_path });
  await tier.put("k", new Uint8Array(50_000), "acme");
  const strays = ["00", "7f", "ff"].map((name) => join(base_path, "values", name));
  for (const [n, directory] of [...strays, join(base_path, "tmp")].entries()) {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, String(n).repeat(32)), "stray");
    await writeFile(join(directory, "README"), "not ours");
  }
  let removed = 0;
  for (let n = 0; n < 8; n++) removed += (await tier.cleanup()).strays;
  expect(removed).toBe(4);
  for (const directory of strays) expect(await readdir(directory)).toContain("README");
  expect((await tier.get("k", "acme"))?.byteLength).toBe(50_000);
});
