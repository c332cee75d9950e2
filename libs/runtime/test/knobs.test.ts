import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import {
  type CacheBackend,
  type InvalidationLog,
  isUnreadable,
  type TenantCache,
} from "@cogniverse/sdk";
import {
  entryBackend,
  FakeClock,
  faultBackend,
  type FaultBackend,
  memoryLog,
  recordingLogger,
} from "@cogniverse/testkit";
import { type CachingConfig, type ConfiguredCache, createCache } from "../src/index.ts";
import { downModule, fakeModule } from "./support/fake-modules.ts";
import { isSettled } from "./support/is-settled.ts";

const frame = keys.frame({ video: "v", timestamp: 1 });
const transcription = keys.transcription({ video: "v" });

interface Running {
  readonly cache: ConfiguredCache;
  readonly acme: TenantCache;
  readonly clock: FakeClock;
  /** The backends of tiers `hot` and `cold`, with their faults. */
  readonly hot: FaultBackend;
  readonly cold: FaultBackend;
}

type Knobs = Omit<CachingConfig, "tiers"> & { readonly cold?: Readonly<Record<string, number>> };

/** Runs `use` on a cache of two tiers, configured with `knobs`. */
async function running<R>(
  knobs: Knobs,
  use: (parts: Running) => Promise<R>,
  decorate: (backend: CacheBackend) => CacheBackend = (backend) => backend,
): Promise<R> {
  const { cold: coldLimits, ...caching } = knobs;
  const clock = new FakeClock();
  const hot = faultBackend(entryBackend({ clock }));
  const cold = faultBackend(decorate(entryBackend({ clock })));
  const module = fakeModule("fake");
  module.make = async (_options, { tier }) => (tier === "hot" ? hot : cold);
  const tiers = { hot: { backend: "fake" }, cold: { backend: "fake", ...coldLimits } };
  await using cache = await createCache({
    config: { caching: { tiers, ...caching } },
    backends: { fake: module },
    clock,
    logger: recordingLogger(),
  });
  return await use({ cache, acme: cache.forTenant("acme"), clock, hot, cold });
}

/** What a tier keeps of a key. */
async function stored(backend: CacheBackend, path: string, tenantId = "acme") {
  const answer = await backend.entries?.getEntry(path, tenantId);
  return answer === undefined || isUnreadable(answer) ? undefined : answer;
}

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

describe("key_types", () => {
  const bytes = new Uint8Array([1]);
  const putBytes = (knobs: Knobs, key: string): Promise<string> =>
    running(knobs, ({ acme }) =>
      acme.put(key, bytes).then(
        () => "taken",
        () => "refused",
      ),
    );
  const blobs = (parts: object): Knobs => ({
    key_types: [{ template: "blobs/{id}", codec: "json", ...parts }],
  });

  test("template and codec", async () => {
    expect(await putBytes({}, "blobs/1")).toBe("taken");
    expect(await putBytes(blobs({}), "blobs/1")).toBe("refused");
    expect(await putBytes(blobs({ codec: "bytes" }), "blobs/1")).toBe("taken");
    expect(await putBytes(blobs({}), "blobs/1/2")).toBe("taken");
  });

  test("version", async () => {
    expect(await putBytes(blobs({ version: 2 }), "blobs/1")).toBe("taken");
    expect(await putBytes(blobs({ version: 2 }), "blobs@2/1")).toBe("refused");
  });

  test("immutable", async () => {
    const recorded = (immutable: boolean): Promise<number> =>
      running(blobs({ immutable }), async ({ acme }) => {
        await acme.put("blobs/1", { a: 1 });
        return acme.position();
      });
    expect(await recorded(false)).toBe(1);
    expect(await recorded(true)).toBe(0);
  });
});

describe("limits of a tier", () => {
  test("time_limit_ms", async () => {
    const answersAfter = (limit: number): Promise<unknown> =>
      running({ cold: { time_limit_ms: limit } }, async ({ acme, clock, cold }) => {
        cold.faults.hang("getEntry");
        const info = acme.getWithInfo(frame);
        await clock.advanceAndSettle(100);
        const early = isSettled(info);
        await clock.advanceAndSettle(1000);
        return [await early, await info];
      });
    const down = { hit: false, causes: { hot: "absent", cold: "tier-down" } };
    expect(await answersAfter(100)).toEqual([true, down]);
    expect(await answersAfter(1000)).toEqual([false, down]);
  });

  /** How many of ten reads of a failing tier reach it; then the pause passes by half, and then whole. */
  const reaching = (limits: Record<string, number>): Promise<readonly number[]> =>
    running({ cold: limits }, async ({ acme, clock, cold }) => {
      cold.faults.fail("getEntry", { times: Infinity });
      const counts: number[] = [];
      for (const passMs of [0, 250, 250]) {
        clock.advance(passMs);
        for (let i = 0; i < 10; i++) await acme.get(frame);
        counts.push(cold.faults.count("getEntry"));
      }
      return counts;
    });

  test("breaker_failures", async () => {
    expect((await reaching({ breaker_failures: 2 }))[0]).toBe(2);
    expect((await reaching({ breaker_failures: 7 }))[0]).toBe(7);
    expect((await reaching({}))[0]).toBe(5);
  });

  test("breaker_pause_ms", async () => {
    expect(await reaching({ breaker_pause_ms: 500 })).toEqual([5, 5, 6]);
    expect(await reaching({ breaker_pause_ms: 250 })).toEqual([5, 6, 7]);
    expect(await reaching({})).toEqual([5, 5, 5]);
  });
});

describe("limits of the cache", () => {
  test("background_limit", async () => {
    const running2 = (limit: number | undefined): Promise<number> =>
      running({ background_limit: limit }, async ({ cache, acme, hot }) => {
        const found = [1, 2, 3].map((timestamp) => keys.frame({ video: "v", timestamp }));
        for (const key of found)
          await acme.getOrCompute(key, () => new Uint8Array(1), { hot: false });
        const hanging = hot.faults.hang("putEntry");
        for (const key of found) await acme.get(key);
        const promoting = hot.faults.count("putEntry");
        hanging[Symbol.dispose]();
        await cache.flush();
        return promoting;
      });
    expect(await running2(1)).toBe(1);
    expect(await running2(2)).toBe(2);
    expect(await running2(undefined)).toBe(3);
  });

  test("coherence_wait_ms", async () => {
    const unreachable = (backend: CacheBackend): CacheBackend => ({
      ...backend,
      log: { ...memoryLog(), leaseMs: 200, snapshot: () => Promise.withResolvers<never>().promise },
    });
    const computedEarly = (waitMs: number): Promise<boolean> =>
      running(
        { coherence_wait_ms: waitMs },
        async ({ acme, clock }) => {
          const value = acme.getOrCompute(frame, () => new Uint8Array(1));
          await clock.advanceAndSettle(100);
          const early = await isSettled(value);
          await clock.advanceAndSettle(10_000);
          await value;
          return early;
        },
        unreachable,
      );
    expect(await computedEarly(50)).toBe(true);
    expect(await computedEarly(500)).toBe(false);
  });
});

describe("coherence", () => {
  /** A log that knows of no other node. */
  const onlyByTime = (log: InvalidationLog, leaseMs: number): InvalidationLog => ({
    ...log,
    leaseMs,
    settled: async () => undefined,
  });

  /** How long an invalidation takes to be acknowledged by a log that other machines read, in steps of 50 ms. */
  const acknowledgedAfterMs = async (
    coherence: CachingConfig["coherence"],
    startsDown = false,
  ): Promise<number> => {
    const clock = new FakeClock();
    const traits = { locality: "shared", durable: true } as const;
    const shared = startsDown ? downModule : fakeModule;
    const module = shared("fake", { profile: { traits, logLeaseMs: "network" } });
    const make: typeof module.make = async (_options, { networkLeaseMs = 0 }) => ({
      ...entryBackend({ clock, traits }),
      traits,
      log: onlyByTime(memoryLog(), networkLeaseMs),
    });
    if (!startsDown) module.make = make;
    await using cache = await createCache({
      config: { caching: { tiers: { cold: { backend: "fake" } }, coherence } },
      backends: { fake: module },
      clock,
      logger: recordingLogger(),
    });
    if (startsDown) {
      module.make = make;
      await clock.advanceAndSettle(2000);
    }
    await cache.get(frame, "acme");
    const done = cache.invalidate({ kind: "tenant" }, "acme");
    let passedMs = 0;
    for (; !(await isSettled(done)); passedMs += 50) await clock.advanceAndSettle(50);
    await done;
    return passedMs;
  };

  test("lease_ms", async () => {
    expect(await acknowledgedAfterMs({ lease_ms: 100 })).toBe(100);
    expect(await acknowledgedAfterMs({ lease_ms: 1000 })).toBe(1000);
    expect(await acknowledgedAfterMs(undefined)).toBe(5000);
    expect(await acknowledgedAfterMs({})).toBe(5000);
  });

  test("lease_ms, where the tier with the log was down at start", async () => {
    expect(await acknowledgedAfterMs({ lease_ms: 300 }, true)).toBe(300);
  });
});

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
