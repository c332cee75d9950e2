import { memoryBackend } from "@cogniverse/cache-memory";
import { CacheManager } from "@cogniverse/core";
import type { Scope } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";
import type { Contest, Contestant } from "../contest.ts";
import { ForgetfulLog } from "../forgetful-log.ts";
import { heapBytes } from "../heap.ts";
import type { Figure, Workload } from "../workload.ts";

const TENANT = "acme";
const SCOPES = 100_000;
const GLOBS = 256;
const HOT = "frames/video_hot/frame_1.jpg";

/** What invalidations cost those who read: memory for each scope, and the slow check after each record. */
export const invalidationWorkload: Workload = {
  name: "invalidation",
  about: `reads under a mirror of ${SCOPES.toLocaleString("en")} scopes and ${GLOBS} globs`,
  items: async function* () {
    yield* underLoad();
  },
};

async function* underLoad(): AsyncGenerator<Contest | Figure> {
  const full = newManager();
  const empty = newManager();
  try {
    yield* scopes(full);
    await fillGlobs(full);
    for (const manager of [full, empty])
      await manager.getOrCompute(HOT, TENANT, () => new Uint8Array(16));
    yield checks(full, empty);
  } finally {
    await full.close();
    await empty.close();
  }
}

function newManager(): CacheManager {
  const backend = memoryBackend({}, backendContext("memory"));
  return new CacheManager({ tiers: [{ name: "memory", backend }], log: new ForgetfulLog() });
}

async function* scopes(manager: CacheManager): AsyncGenerator<Figure> {
  await manager.invalidate(scopeOf(0), TENANT);
  const before = await heapBytes();
  for (let n = 1; n < SCOPES; n++) await manager.invalidate(scopeOf(n), TENANT);
  const held = (await heapBytes()) - before;
  const { log: stats } = await manager.stats(TENANT);
  yield { name: "scopes in the mirror", value: stats.scopes, unit: "" };
  yield { name: "a scope takes, as stats says", value: stats.bytesPerScope, unit: "bytes" };
  yield {
    name: "a scope takes, by the heap",
    value: held / SCOPES,
    unit: "bytes",
  };
}

/** Keys, tags and prefixes, as a year of re-ingested videos leaves them. */
function scopeOf(n: number): Scope {
  if (n % 10 === 0) return { kind: "prefix", value: `frames/video_${n}/` };
  if (n % 10 === 1) return { kind: "tag", value: `video:${n}` };
  return { kind: "key", value: `embeddings/colqwen/video_${n % 1_000}/chunk_${n}.npz` };
}

async function fillGlobs(manager: CacheManager): Promise<void> {
  for (let n = 0; n < GLOBS; n++)
    await manager.invalidateByPattern(`embeddings/*/video_${n}/**`, TENANT);
}

function checks(full: CacheManager, empty: CacheManager): Contest {
  return {
    name: "after each record, one read that must be checked again",
    baseline: checkedRead("invalidate + get, empty mirror", empty),
    others: [
      checkedRead(
        `invalidate + get, ${SCOPES.toLocaleString("en")} scopes and ${GLOBS} globs`,
        full,
      ),
      {
        name: "invalidate alone, full mirror",
        run: (operations) => invalidateOnly(full, operations),
      },
    ],
  };
}

function checkedRead(name: string, manager: CacheManager): Contestant {
  const cache = manager.forTenant(TENANT);
  return {
    name,
    async run(operations) {
      for (let done = 0; done < operations; done++) {
        await cache.invalidate(scopeOf(done % SCOPES));
        if ((await cache.get(HOT)) === undefined) throw new Error("the hot entry was invalidated");
      }
    },
  };
}

async function invalidateOnly(manager: CacheManager, operations: number): Promise<void> {
  const cache = manager.forTenant(TENANT);
  for (let done = 0; done < operations; done++) await cache.invalidate(scopeOf(done % SCOPES));
}
