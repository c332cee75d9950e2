import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { entryBackend, FakeClock } from "@cogniverse/testkit";
import { createCache } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";
import { isSettled } from "../support/is-settled.ts";
import { type Knobs, running, stored } from "../support/two-tiers.ts";

const frame = keys.frame({ video: "v", timestamp: 1 });
const transcription = keys.transcription({ video: "v" });

describe("policies", () => {
  const jpg = (): Uint8Array<ArrayBuffer> => new Uint8Array(64);
  const kept = (knobs: Knobs, tenantId = "acme"): Promise<readonly boolean[]> =>
    running(knobs, async ({ cache, hot, cold }) => {
      await cache.getOrCompute(frame, tenantId, jpg);
      return [
        (await stored(hot, frame.path, tenantId)) !== undefined,
        (await stored(cold, frame.path, tenantId)) !== undefined,
      ];
    });

  test("tiers by name", async () => {
    expect(await kept({})).toEqual([true, true]);
    expect(await kept({ policies: { frames: { hot: false } } })).toEqual([false, true]);
    expect(await kept({ policies: { frames: { cold: false } } })).toEqual([true, false]);
    expect(await kept({ policies: { embeddings: { cold: false } } })).toEqual([true, true]);
  });

  test("default_policy, for what a policy leaves out", async () => {
    const byDefault = { default_policy: { hot: false } };
    expect(await kept(byDefault)).toEqual([false, true]);
    expect(await kept({ ...byDefault, policies: { frames: { hot: true } } })).toEqual([true, true]);
  });

  test("tenants, over the policies of all", async () => {
    const knobs: Knobs = {
      policies: { frames: { hot: false } },
      tenants: { globex: { policies: { frames: { hot: true, cold: false } } } },
    };
    expect(await kept(knobs)).toEqual([false, true]);
    expect(await kept(knobs, "globex")).toEqual([true, false]);
  });

  test("ttl", async () => {
    const left = (ttl: number | null | undefined): Promise<unknown> =>
      running({ policies: { frames: { ttl } } }, async ({ acme, clock }) => {
        await acme.getOrCompute(frame, jpg);
        clock.advance(4000);
        const before = await acme.getWithInfo(frame);
        clock.advance(2000);
        return [before.hit && before.remainingMs, (await acme.getWithInfo(frame)).hit];
      });
    expect(await left(5)).toEqual([1000, false]);
    expect(await left(null)).toEqual([null, true]);
    expect(await left(undefined)).toEqual([null, true]);
  });

  test("compress_above_bytes", async () => {
    const text = "hello ".repeat(100);
    const encodings = (limit: number | false | undefined): Promise<unknown> =>
      running(
        { policies: { transcriptions: { compress_above_bytes: limit } } },
        async ({ acme, hot }) => {
          await acme.getOrCompute(transcription, () => text);
          return (await stored(hot, transcription.path))?.metadata.encodings;
        },
      );
    expect(await encodings(undefined)).toEqual([]);
    expect(await encodings(100)).toEqual(["zstd"]);
    expect(await encodings(false)).toEqual([]);
  });

  test("max_value_bytes", async () => {
    const limited = (bytes: number): Knobs => ({
      policies: { frames: { max_value_bytes: bytes } },
    });
    expect(await kept(limited(64))).toEqual([true, true]);
    expect(await kept(limited(63))).toEqual([false, false]);
  });

  test("copy_on_read", async () => {
    const shares = (copy: boolean): Promise<boolean> =>
      running({ policies: { frames: { copy_on_read: copy } } }, async ({ acme }) => {
        const made = jpg();
        const got = await acme.getOrCompute(frame, () => made);
        return got === made;
      });
    expect(await shares(false)).toBe(true);
    expect(await shares(true)).toBe(false);
  });

  test("writes", async () => {
    const waits = (writes: "awaited" | "background"): Promise<boolean> =>
      running({ policies: { frames: { writes } } }, async ({ acme, cold }) => {
        const gate = cold.faults.pause("putEntry");
        const computed = acme.getOrCompute(frame, jpg);
        await gate.reached;
        const early = await isSettled(computed);
        gate.release();
        await computed;
        return early;
      });
    expect(await waits("awaited")).toBe(false);
    expect(await waits("background")).toBe(true);
  });

  test("demote", async () => {
    const demoted = async (demote: boolean): Promise<boolean> => {
      const clock = new FakeClock();
      const cold = entryBackend({ clock });
      const fake = fakeModule("fake");
      fake.make = async () => cold;
      await using cache = await createCache({
        config: {
          caching: {
            tiers: {
              memory: { backend: "memory", config: { max_entries: 1 } },
              cold: { backend: "fake" },
            },
            policies: { frames: { demote } },
          },
        },
        backends: { fake },
        clock,
      });
      const acme = cache.forTenant("acme");
      const onlyMemory = { tiers: { cold: false } };
      await acme.getOrCompute(frame, jpg, onlyMemory);
      await acme.getOrCompute(keys.frame({ video: "v", timestamp: 2 }), jpg, onlyMemory);
      await cache.flush();
      return (await stored(cold, frame.path)) !== undefined;
    };
    expect(await demoted(true)).toBe(true);
    expect(await demoted(false)).toBe(false);
  });
});
