import type { BackendStats, Call } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import { PAGE_SIZES } from "./entry-scripts.ts";
import type { Doing } from "./exchange.ts";
import { infoNumber } from "./info.ts";
import { BUCKETS, type Bucket, type Names } from "./names.ts";

/** Up to so many keys in a bucket's index, every one is looked at; above, as many are drawn by chance. */
const SAMPLE = 64;

type Part = Readonly<{ entries: number; bytes: number; exact: boolean }>;

/**
 * Entries and bytes (values as stored) of a tenant. Exact for a tenant of few entries, else the size of the index, less what a sample
 * says has expired, and the sample's mean size. Never exact once the server has evicted by an `allkeys` policy: an index may have
 * been among the evicted, and what it listed is then not counted.
 */
export async function figuresOf(
  connection: Connection,
  names: Names,
  tenantId: string,
  call: Call | undefined,
): Promise<BackendStats> {
  const doing = { doing: "read its figures", signal: call?.signal };
  const info = await serverFigures(connection, doing);
  const parts: Part[] = [];
  // One after the other, so that the server answers others in between.
  for (const bucket of names.buckets(tenantId)) parts.push(await partOf(connection, bucket, doing));
  const sum = (pick: (part: Part) => number): number =>
    Math.round(parts.reduce((total, part) => total + pick(part), 0));
  return {
    entries: sum(({ entries }) => entries),
    bytes: sum(({ bytes }) => bytes),
    exact: parts.every(({ exact }) => exact) && info.evictedKeys === 0,
    details: { ...info, buckets: BUCKETS },
  };
}

async function partOf(connection: Connection, bucket: Bucket, doing: Doing): Promise<Part> {
  const size = Number(await connection.send("zcard", [bucket.index], doing));
  if (size === 0) return { entries: 0, bytes: 0, exact: true };
  const small = size <= SAMPLE;
  const drawn = small
    ? await connection.send("zrange", [bucket.index, "0", "-1"], { ...doing, text: true })
    : await connection.send("zrandmember", [bucket.index, String(SAMPLE)], {
        ...doing,
        text: true,
      });
  const keys = asList(drawn).map(String);
  const entries = keys.map((key) => bucket.entry(key));
  const answers = asList(await connection.run(PAGE_SIZES, [bucket.index, ...entries], keys, doing));
  const sizes = answers.filter((bytes) => typeof bytes === "number");
  const bytes = sizes.reduce((total, one) => total + one, 0);
  if (small) return { entries: sizes.length, bytes, exact: true };
  const share = size / Math.max(1, keys.length);
  return { entries: sizes.length * share, bytes: bytes * share, exact: false };
}

/** Of the whole server, the sum over the masters of a cluster. */
async function serverFigures(
  connection: Connection,
  doing: Doing,
): Promise<
  Readonly<Record<"evictedKeys" | "expiredKeys" | "usedMemoryBytes" | "maxMemoryBytes", number>>
> {
  const infos = (await connection.everywhere("info", [], doing)).map(String);
  const total = (name: string): number =>
    infos.reduce((sum, info) => sum + infoNumber(info, name), 0);
  return {
    evictedKeys: total("evicted_keys"),
    expiredKeys: total("expired_keys"),
    usedMemoryBytes: total("used_memory"),
    maxMemoryBytes: total("maxmemory"),
  };
}
