import type { CacheStats, LogStats, TierStats } from "@cogniverse/sdk";
import { money, size, writeJson, writeTable } from "../output.ts";
import { tenantOf, withCache, type Session, type TenantOptions } from "../session.ts";

/**
 * `stats`: what this tenant's tiers hold, what that costs, and what the log costs; of a tier that is down nothing is known. Reads, hits and what they
 * saved are counted by each running process for itself: this one has just begun and has none.
 */
export async function statsCommand(session: Session, options: TenantOptions): Promise<void> {
  const { output, signal } = session;
  const tenant = tenantOf(session, options);
  const stats = await withCache(session, options, (cache) => cache.stats(tenant, { signal }));
  if (options.json === true) return writeJson(output, stats);
  const rows = stats.tiers.map((t) => [
    t.tier,
    t.state,
    ...(t.state === "down"
      ? ["", "", "unknown"]
      : [t.entries, size(t.bytes), t.exact ? "exact" : "estimate"]),
    t.errors,
    ...storageOf(stats, t),
  ]);
  const heads = ["tier", "state", "entries", "size", "figures", "errors"];
  writeTable(output, stats.money === undefined ? heads : [...heads, "storage a month"], rows);
  output.write(storageLine(stats));
  output.write(logLine(stats.log));
  output.write(
    "hits, misses, requests, savings and what ended acknowledgements:\n" +
      "each process counts its own and tells its metrics\n",
  );
}

/** What one tier holds, in money: one column where there are prices, else none. */
function storageOf({ money: sums }: CacheStats, { tier, state }: TierStats): readonly string[] {
  if (sums === undefined) return [];
  const price = sums.byTier[tier]?.storagePerMonth ?? 0;
  return [state === "down" ? "" : money(price, sums.currency)];
}

/** Of the money a process of its own can only tell what is independent of reads. */
function storageLine({ money: sums, tiers }: CacheStats): string {
  if (sums === undefined) return "";
  const isPart = tiers.some(({ state }) => state === "down");
  const what = isPart ? "what the tiers that are up hold" : "what the tiers hold";
  return `storage: ${money(sums.storagePerMonth, sums.currency)} a month for ${what}\n`;
}

function logLine(log: LogStats): string {
  if (!log.live)
    return "log: not reachable; nothing cached is served and nothing can be invalidated\n";
  const lease = log.leaseMs === 0 ? "no other process" : `lease ${log.leaseMs} ms`;
  return (
    `log ${log.logId.slice(0, 8)}: position ${log.position}, ${log.scopes} scopes (${log.globs} globs), ` +
    `${size(log.mirrorBytes)} in memory, ${log.bytesPerScope} B a scope, ${lease}\n`
  );
}
