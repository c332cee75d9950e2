import { memoryBackend } from "@cogniverse/cache-memory";
import { CacheManager } from "@cogniverse/core";
import type { ComputeContext, TenantCache } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";
import type { Contest, Contestant } from "../contest.ts";
import { ForgetfulLog } from "../forgetful-log.ts";
import { threadCpuMs } from "../thread-cpu.ts";
import { mixedScope } from "./scopes.ts";

const TENANT = "acme";
const SCOPES = 100_000;
const GLOBS = 256;
/** Copies of a sort; they are all read before the next record comes. */
const COPIES = 256;
const SOURCES = 512;

/** A sort of live copies, by what each of them has to be checked for. */
type Sort = Readonly<{ tags: number; stamps: number }>;

const PLAIN: Sort = { tags: 0, stamps: 0 };
const SORTS: readonly Sort[] = [
  PLAIN,
  { tags: 4, stamps: 0 },
  { tags: 4, stamps: 16 },
  { tags: 4, stamps: 64 },
];

/**
 * Reads of live copies that were not checked since the last record of their tenant, beside the same reads without a record in between. All that the
 * mirror holds is later than the copies, so that no check can end early.
 */
export async function* checkedReads(): AsyncGenerator<Contest> {
  await using managers = new AsyncDisposableStack();
  const made = async (): Promise<CacheManager> => {
    const manager = newManager();
    managers.defer(() => manager.close());
    for (const sort of SORTS) await fill(manager.forTenant(TENANT), sort);
    return manager;
  };
  const empty = (await made()).forTenant(TENANT);
  for (const globs of [0, GLOBS]) {
    const cache = (await made()).forTenant(TENANT);
    await invalidateMany(cache, SCOPES, globs);
    yield {
      name: `a hit in memory, by CPU time, under ${SCOPES.toLocaleString("en")} scopes and ${globs} globs`,
      baseline: reads("not checked anew: the fast path", cache, PLAIN, false),
      others: [
        reads("checked anew, nothing in the mirror", empty, PLAIN, true),
        ...SORTS.map((sort) => reads(`checked anew, ${nameOf(sort)}`, cache, sort, true)),
      ],
    };
  }
}

function newManager(): CacheManager {
  const backend = memoryBackend({}, backendContext("memory"));
  const defaultPolicy = { ttl: 36_000 };
  const tiers = [{ name: "memory", backend }];
  return new CacheManager({ tiers, defaultPolicy, log: new ForgetfulLog() });
}

async function fill(cache: TenantCache, sort: Sort): Promise<void> {
  for (let n = 0; n < COPIES; n++) {
    const tags = Array.from({ length: sort.tags }, (_, at) => `topic:${(n + at) % 100}`);
    const compute = async ({ setTags }: ComputeContext): Promise<string> => {
      setTags(...tags);
      // Each brings two: its key and the tag of its video.
      for (let at = 0; at < sort.stamps / 2; at++) {
        const source = `transcriptions/hot_${(n * 7 + at) % SOURCES}/transcription.json`;
        await cache.getOrCompute(source, () => source);
      }
      return nameOf(sort);
    };
    await cache.getOrCompute(keyOf(sort, n), compute);
  }
}

/** None of them is on what is read. */
async function invalidateMany(cache: TenantCache, scopes: number, globs: number): Promise<void> {
  for (let n = 0; n < scopes; n++) await cache.invalidate(mixedScope(n));
  for (let n = 0; n < globs; n++) await cache.invalidateByPattern(`embeddings/*/video_${n}/**`);
}

function reads(name: string, cache: TenantCache, sort: Sort, anew: boolean): Contestant {
  const keys = Array.from({ length: COPIES }, (_, n) => keyOf(sort, n));
  return {
    name,
    async run(operations) {
      const startedAt = threadCpuMs();
      for (let done = 0; done < operations; done++) {
        const at = done % COPIES;
        if (anew && at === 0) await cache.invalidate(mixedScope(done % SCOPES));
        if ((await cache.get(keys[at] ?? "")) === undefined)
          throw new Error(`${name}: a live copy is missing`);
      }
      const cpuMs = threadCpuMs() - startedAt;
      return { ms: cpuMs, cpuMs };
    },
  };
}

function keyOf(sort: Sort, n: number): string {
  return `search_results/query_${n}/tags_${sort.tags}_stamps_${sort.stamps}.json`;
}

function nameOf({ tags, stamps }: Sort): string {
  return `${tags} tags, ${stamps} inherited stamps`;
}
