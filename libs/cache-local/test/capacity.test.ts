import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Entry, Eviction } from "@cogniverse/sdk";
import { seededRandom } from "@cogniverse/testkit";
import type { LocalBackend } from "../src/index.ts";
import { entryOf, Workbench } from "./open-tier.ts";

const CAP = 4e6;
const max_size_gb = CAP / 1e9;

/** What the directory takes on the file system, in bytes. */
async function diskBytes(directory: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(directory, { recursive: true })) {
    const found = await stat(join(directory, name)).catch(() => undefined);
    // Lock files are LMDB's shared memory; they hold no data and do not grow.
    if (found?.isFile() === true && !name.endsWith("lock.mdb")) sum += found.blocks * 512;
  }
  return sum;
}

const fill = (tier: LocalBackend, name: string, sizes: readonly number[]) =>
  Promise.all(
    sizes.map((bytes, n) => tier.entries.putEntry(`${name}/${n}`, entryOf(bytes), "acme")),
  );

describe("the cap", () => {
  test.each([
    ["small values", 20, 4000],
    ["values just below half a page", 1600, 1900],
    ["values in pages of their own", 2000, 8192],
    ["files", 9000, 300_000],
    ["all sizes", 0, 60_000],
  ])("is never exceeded on disk by %s", async (_name, from, to) => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const tier = await bench.open({ base_path, max_size_gb });
    const random = seededRandom(7);
    const mean = (from + to) / 2;
    const rounds = Math.ceil((3 * CAP) / mean / 100);
    let most = 0;
    for (let round = 0; round < rounds; round++) {
      const sizes = Array.from(
        { length: 100 },
        () => from + Math.floor(random.next() * (to - from)),
      );
      await fill(tier, String(round), sizes);
      most = Math.max(most, await diskBytes(base_path));
    }
    const { details = {}, entries } = await tier.getStats("acme");
    expect(details["usedBytes"]).toBeLessThanOrEqual(CAP);
    expect(most).toBeLessThanOrEqual(CAP);
    expect(entries).toBeGreaterThan(5);
    // The estimate must not waste the greater part of what was given.
    expect((await tier.getStats("acme")).bytes).toBeGreaterThan(CAP / 5);
    expect((await tier.listKeys("", "acme")).length).toBe(entries);
  });

  test("a value that can never fit is refused and displaces nothing", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ max_size_gb });
    await tier.put("small", new Uint8Array(100), "acme");
    expect(await tier.put("huge", new Uint8Array(CAP), "acme")).toBe(false);
    expect(await tier.exists("small", "acme")).toBe(true);
  });

  test("space that the file system needs for others counts like the cap", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ min_free_gb: 1e9 });
    expect(await tier.put("k", new Uint8Array(100_000), "acme")).toBe(false);
  });

  test("a value too large beside its old version replaces it", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ max_size_gb });
    expect(await tier.put("k", new Uint8Array(2_500_000).fill(1), "acme")).toBe(true);
    expect(await tier.put("k", new Uint8Array(2_500_000).fill(2), "acme")).toBe(true);
    expect((await tier.get("k", "acme"))?.[0]).toBe(2);
  });
});

describe("eviction", () => {
  test("spares what is read again from a scan over everything else", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ max_size_gb });
    const hot = Array.from({ length: 10 }, (_, n) => `hot/${n}`);
    for (const key of hot) await tier.put(key, new Uint8Array(50_000), "acme");
    for (let n = 0; n < 150; n++) {
      await tier.put(`scan/${n}`, new Uint8Array(50_000), "acme");
      await tier.get(hot[n % 10] ?? "", "acme");
    }
    expect(await tier.listKeys("hot/", "acme")).toEqual(hot);
  });

  test("takes what has expired before anything that lives", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ max_size_gb });
    const told: string[] = [];
    tier.evictions.onEvict(({ key }) => told.push(key));
    await tier.put("oldest", new Uint8Array(500_000), "acme");
    for (let n = 0; n < 4; n++)
      await tier.put(`brief/${n}`, new Uint8Array(500_000), "acme", {}, 1);
    bench.context.clock.advance(1000);
    for (let n = 0; n < 3; n++) await tier.put(`new/${n}`, new Uint8Array(500_000), "acme");
    expect(told).toEqual([]);
    expect(await tier.exists("oldest", "acme")).toBe(true);
  });

  test.each([1000, 500_000])(
    "a listener loads an evicted entry of %i bytes whole",
    async (bytes) => {
      await using bench = new Workbench();
      const tier = await bench.open({ max_size_gb });
      const loads: Promise<Entry | undefined>[] = [];
      const evictions: Eviction[] = [];
      tier.evictions.onEvict((eviction) => {
        evictions.push(eviction);
        loads.push(eviction.load());
      });
      const count = bytes === 1000 ? 1600 : 12;
      for (let n = 0; n < count; n += 4)
        await Promise.all(
          [0, 1, 2, 3].map((i) =>
            tier.entries.putEntry(`k/${n + i}`, entryOf(bytes, (n + i) % 251), "acme"),
          ),
        );
      expect(evictions.length).toBeGreaterThan(2);
      for (const [n, eviction] of evictions.entries()) {
        const fillByte = Number(eviction.key.slice(2)) % 251;
        expect(eviction).toMatchObject({
          tenantId: "acme",
          cause: "size",
          metadata: { logId: "log" },
        });
        const { data } = (await loads[n]) ?? entryOf(0);
        expect(Buffer.alloc(bytes, fillByte).equals(data)).toBe(true);
      }
      expect(await evictions[0]?.load()).toBeUndefined();
    },
  );

  test("a disposed listener hears nothing", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ max_size_gb });
    let told = 0;
    tier.evictions.onEvict(() => told++)[Symbol.dispose]();
    await fill(
      tier,
      "k",
      Array.from({ length: 20 }, () => 400_000),
    );
    expect(told).toBe(0);
  });
});
