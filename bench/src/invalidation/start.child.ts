import { setTimeout } from "node:timers/promises";
import type { NodeTiers } from "./node.ts";
import { nodeCache } from "./node-cache.ts";
import type { Start } from "./start.ts";

const TENANT = "acme";
const KEY = "search_results/query-1/hybrid.json";
const TRY_MS = 5;
const GIVE_UP_MS = 60_000;

// What its parent gives it.
const tiers = JSON.parse(process.argv[2] ?? "") as NodeTiers;
process.once("disconnect", () => process.exit(0));
const startedAt = performance.now();
const manager = await nodeCache(tiers);
const openMs = performance.now() - startedAt;
const cache = manager.forTenant(TENANT);
let longestMs = 0;
let tickAt = performance.now();
// How long the process did nothing else.
const ticks = setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - tickAt);
  tickAt = performance.now();
}, 1);
let serves = false;
while (!serves && performance.now() - startedAt < GIVE_UP_MS) {
  serves = (await cache.getOrComputeWithInfo(KEY, () => ({ rows: 1 }))).from === "tier";
  if (!serves) await setTimeout(TRY_MS);
}
const { log } = await cache.stats();
const start: Start = {
  serves,
  openMs,
  servesMs: performance.now() - startedAt,
  blockedMs: longestMs,
  scopes: log.scopes,
  mirrorBytes: log.mirrorBytes,
  rssBytes: process.resourceUsage().maxRSS * 1024,
};
clearInterval(ticks);
process.send?.(start);
await manager.close();
