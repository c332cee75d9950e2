import type { FamilyStats } from "@cogniverse/sdk";
import type { FamilyState } from "../tenant/family-state.ts";
import type { Tier } from "../tier/tier.ts";
import { total, type ServedCounters } from "./counters.ts";
import { hitRatio } from "./hit-ratio.ts";

/** One family's figures as they are now. */
export function familyStats(
  { counters, served }: Pick<FamilyState, "counters" | "served">,
  tiers: readonly Pick<Tier, "name">[],
): FamilyStats {
  const { misses: causes, ...plain } = counters;
  const { hits, savedMs, bytes } = sumServed(served);
  const misses = total(causes);
  return {
    ...plain,
    hits,
    misses,
    hitRatio: hitRatio(hits, misses),
    hitsByTier: Object.fromEntries(tiers.map(({ name }, i) => [name, served[i]?.hits ?? 0])),
    causes: { ...causes },
    savedMs,
    servedBytes: bytes,
  };
}

/** What several served together. */
export function sumServed(all: readonly (ServedCounters | undefined)[]): Readonly<ServedCounters> {
  const sum = { hits: 0, savedMs: 0, bytes: 0 };
  for (const served of all) {
    sum.hits += served?.hits ?? 0;
    sum.savedMs += served?.savedMs ?? 0;
    sum.bytes += served?.bytes ?? 0;
  }
  return sum;
}
