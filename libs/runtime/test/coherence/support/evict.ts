import { askRedis, type RedisServer } from "@cogniverse/test-servers";
import type { Fleet } from "./fleet.ts";

const FILLER = "x".repeat(64 * 1024);
const MOST_FILLERS = 1000;

/** Fills a server until it has evicted the hash that holds the table of sessions, key by key as `allkeys-lru` does it where it looks at one key at a time. */
export async function evict(server: RedisServer, { prefix }: Fleet): Promise<void> {
  const set = (...pair: readonly [string, string]): Promise<string> =>
    askRedis(server, "CONFIG", "SET", ...pair);
  const tables = (): Promise<string> =>
    askRedis(
      server,
      "EVAL",
      TABLES,
      "2",
      `${prefix}cog:{log}:state`,
      `${prefix}cog:{sessions}:state`,
    );
  const was = await tables();
  const used = /used_memory:(\d+)/.exec(await askRedis(server, "INFO", "memory"))?.[1];
  await set("maxmemory-policy", "allkeys-lru");
  await set("maxmemory-samples", "1");
  await set("maxmemory", String(Number(used) + 4 * FILLER.length));
  for (let n = 0; (await tables()) === was; n++) {
    if (n === MOST_FILLERS) throw new Error("The table of sessions was not evicted");
    await askRedis(server, "SET", `filler-${n}`, FILLER);
  }
  await set("maxmemory", "0");
}

const TABLES = `
local function of(key) return redis.call('HGET', key, 'table') or '' end
return of(KEYS[1]) .. of(KEYS[2])`;
