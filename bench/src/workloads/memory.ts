import { join } from "node:path";
import { localBackend } from "@cogniverse/cache-local";
import { memoryBackend } from "@cogniverse/cache-memory";
import {
  CacheManager,
  defineKeyType,
  hashQuery,
  jsonCodec,
  type TierOptions,
} from "@cogniverse/core";
import type { InvalidationLog, Key } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";
import type { Contest, Contestant } from "../contest.ts";
import { ForgetfulLog } from "../forgetful-log.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import type { Workload } from "../workload.ts";

type SearchResult = readonly Readonly<{
  video: string;
  start: number;
  score: number;
  text: string;
}>[];

const TENANT = "acme";
const KEYS = 1_000;
/** Least part of the operations a second of `await` over a bare `Map.get`. */
const GOAL = 0.6;

const resultKey = defineKeyType(
  "search_results/{queryHash}/{strategy}.json",
  jsonCodec<SearchResult>(),
);

/** A search result of 10 rows, some 1 KiB of JSON. */
function searchResult(query: number): SearchResult {
  return Array.from({ length: 10 }, (_, row) => ({
    video: `video_${query}_${row}`,
    start: row * 6,
    score: 1 / (row + 1),
    text: "what was said in the segment ".repeat(2),
  }));
}

const typedKeys = Array.from({ length: KEYS }, (_, query) =>
  resultKey({
    queryHash: hashQuery({ query: String(query), strategy: "hybrid", topK: 10 }),
    strategy: "hybrid",
  }),
);
const paths = typedKeys.map((key) => key.path);

const missed = (): never => {
  throw new Error("a key that was put is missing");
};

/** The memory hit with all that it checks, beside the least that any cache in JavaScript can do. */
export const memoryWorkload: Workload = {
  name: "memory",
  about: `getOrCompute on a memory hit (TTL, lease, validity, counters, single-flight) beside await map.get(key); ${KEYS} search results of 10 rows`,
  items: () =>
    inTemporaryFolder(async function* (folder) {
      const memory = (): TierOptions => ({
        name: "memory",
        backend: memoryBackend({}, backendContext("memory")),
      });
      yield* hits("log in memory", [memory()]);
      yield* hits("log over a network, under its lease", [memory()], new ForgetfulLog(5000));
      const local = await localBackend(
        { base_path: join(folder, "local") },
        backendContext("local"),
      );
      yield* hits("log on LMDB, under its lease", [memory(), { name: "local", backend: local }]);
    }),
};

/** `log`: instead of that of the tiers. Where other machines append, a hit asks two clocks, which the goal was not made for: shown, not judged. */
async function* hits(
  name: string,
  tiers: readonly TierOptions[],
  log?: InvalidationLog,
): AsyncGenerator<Contest> {
  const goal = log === undefined ? { goal: GOAL } : {};
  const manager = new CacheManager({ tiers, log, defaultPolicy: { ttl: 3600 } });
  try {
    const map = new Map<string, SearchResult>();
    for (const [query, key] of typedKeys.entries()) {
      await manager.getOrCompute(key, TENANT, () => searchResult(query));
      map.set(key.path, searchResult(query));
    }
    await manager.flush();
    const baseline = bareMap(map);
    yield {
      name: `key as text, ${name}`,
      baseline,
      others: [{ ...handleWithText(manager), ...goal }],
    };
    yield {
      name: `typed key, ${name}`,
      baseline,
      others: [{ ...handleWithKey(manager), ...goal }],
    };
    yield {
      name: `tenant named in each call, ${name}`,
      baseline,
      others: [{ ...seedForm(manager), ...goal }],
    };
  } finally {
    await manager.close();
  }
}

function bareMap(map: ReadonlyMap<string, SearchResult>): Contestant {
  return {
    name: "await map.get(key)",
    async run(operations) {
      for (let done = 0, at = 0; done < operations; done++) {
        // Awaited like any cache: that is what is compared.
        // oxlint-disable-next-line typescript/await-thenable
        if ((await map.get(paths[at] ?? "")) === undefined) missed();
        if (++at === KEYS) at = 0;
      }
    },
  };
}

function handleWithText(manager: CacheManager): Contestant {
  const cache = manager.forTenant(TENANT);
  return {
    name: "cache.getOrCompute(text, compute)",
    async run(operations) {
      for (let done = 0, at = 0; done < operations; done++) {
        await cache.getOrCompute(paths[at] ?? "", missed);
        if (++at === KEYS) at = 0;
      }
    },
  };
}

function handleWithKey(manager: CacheManager): Contestant {
  const cache = manager.forTenant(TENANT);
  const [first, ...rest] = typedKeys;
  if (first === undefined) return missed();
  const keys: readonly Key<SearchResult>[] = [first, ...rest];
  return {
    name: "cache.getOrCompute(key, compute)",
    async run(operations) {
      for (let done = 0, at = 0; done < operations; done++) {
        await cache.getOrCompute(keys[at] ?? first, missed);
        if (++at === KEYS) at = 0;
      }
    },
  };
}

function seedForm(manager: CacheManager): Contestant {
  return {
    name: "manager.getOrCompute(text, tenant, compute)",
    async run(operations) {
      for (let done = 0, at = 0; done < operations; done++) {
        await manager.getOrCompute(paths[at] ?? "", TENANT, missed);
        if (++at === KEYS) at = 0;
      }
    },
  };
}
