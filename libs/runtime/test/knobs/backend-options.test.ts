import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { FakeClock } from "@cogniverse/testkit";
import { createCache } from "../../src/index.ts";

const frame = keys.frame({ video: "v", timestamp: 1 });
const transcription = keys.transcription({ video: "v" });

describe("the backends' own options", () => {
  test("base_path says where entries are, and they are there again after a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cogniverse-runtime-"));
    const config = {
      caching: {
        tiers: { warm: { backend: "local", config: { base_path: join(folder, "here") } } },
      },
    };
    try {
      for (const computes of [1, 0]) {
        await using cache = await createCache({ config });
        let count = 0;
        const value = await cache.forTenant("acme").getOrCompute(transcription, () => {
          count += 1;
          return "kept";
        });
        expect([value, count]).toEqual(["kept", computes]);
      }
      expect(await readdir(folder)).toEqual(["here"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("max_size_mb bounds what memory holds", async () => {
    const holds = async (megabytes: number): Promise<boolean> => {
      const tiers = { memory: { backend: "memory", config: { max_size_mb: megabytes } } };
      await using cache = await createCache({ config: { caching: { tiers } } });
      const acme = cache.forTenant("acme");
      await acme.getOrCompute(frame, () => new Uint8Array(2 ** 20));
      return await acme.exists(frame);
    };
    expect(await holds(8)).toBe(true);
    expect(await holds(1)).toBe(false);
  });

  test("default_ttl is what a ttl that nobody named means", async () => {
    const left = async (config: object): Promise<unknown> => {
      const clock = new FakeClock();
      const tiers = { memory: { backend: "memory", config: { ...config } } };
      await using cache = await createCache({ config: { caching: { tiers } }, clock });
      const acme = cache.forTenant("acme");
      await acme.getOrCompute(frame, () => new Uint8Array(1));
      const info = await acme.getWithInfo(frame);
      return info.hit && info.remainingMs;
    };
    expect(await left({})).toBeNull();
    expect(await left({ default_ttl: 7 })).toBe(7000);
  });
});
