import type { BackendPurgeOptions } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import type { Listings } from "./listings.ts";
import type { Bucket, Names } from "./names.ts";

/** Names that one step of SCAN looks at, about. */
const STEP = "1000";
/** Names of one UNLINK. */
const MOST_NAMES = 256;

/** What {@link purgeTenant} needs. */
type Parts = Readonly<{ connection: Connection; names: Names; listings: Listings }>;

/**
 * Unlinks every name of a tenant: entries that an index no longer lists too, unfinished values, and the indexes. Walks the server's keys with SCAN in
 * bounded steps, every master of a cluster.
 */
export async function purgeTenant(
  { connection, names, listings }: Parts,
  tenantId: string,
  { signal, onRemoved }: BackendPurgeOptions,
): Promise<number> {
  // What waits to be listed would bring an index back.
  await listings.flush({ signal });
  const doing = { doing: "purge a tenant", signal, text: true };
  const buckets = names.buckets(tenantId);
  // A tenant holds nothing that a pattern means; "?" is the bucket's one digit.
  const pattern = `${names.prefix}cog:{${tenantId}:?}*`;
  let removed = 0;
  for (const node of connection.masters()) {
    let cursor = "0";
    do {
      const args = [cursor, "MATCH", pattern, "COUNT", STEP];
      const [next, found] = asList(await connection.send("scan", args, doing, node));
      for (const { bucket, some } of byBucket(asList(found).map(String), buckets)) {
        await connection.send("unlink", some, doing);
        removed += some.filter((name) => name.startsWith(bucket.entry(""))).length;
      }
      onRemoved?.(removed);
      cursor = String(next);
    } while (cursor !== "0");
  }
  return removed;
}

/** A command's names have to be of one slot. What is of no bucket is another's. */
function byBucket(
  found: readonly string[],
  buckets: readonly Bucket[],
): readonly Readonly<{ bucket: Bucket; some: readonly string[] }>[] {
  return buckets.flatMap((bucket) => {
    const tag = bucket.index.slice(0, -1);
    const own = found.filter((name) => name.startsWith(tag));
    return Array.from({ length: Math.ceil(own.length / MOST_NAMES) }, (_none, part) => ({
      bucket,
      some: own.slice(part * MOST_NAMES, (part + 1) * MOST_NAMES),
    }));
  });
}
