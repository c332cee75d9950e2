import { START, type Scope, type StoredHead } from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { headsOf, isServable } from "./listing.ts";

/** What would die in one tier. `derived`: those of the `entries` that die by what they were derived from alone. `bytes` before compression. */
export type TierPreview = Readonly<{ entries: number; derived: number; bytes: number }>;

/**
 * What an invalidation would kill. `keys`: distinct ones, of which `derived` only by what they were derived from; an entry that two tiers hold counts in both. `isKnown`: there is
 * a record of the tenant, or a copy in whatever state; else its name may be a mistake.
 */
export type ScopePreview = Readonly<{
  keys: number;
  derived: number;
  isKnown: boolean;
  byTier: Readonly<Record<string, TierPreview>>;
}>;

type Fate = "named" | "derived";

/** Counts the living entries that the scope covers, by their key, tags or sources. */
export async function previewScope(
  engine: Engine,
  tenant: TenantState,
  scope: Scope,
  signal: AbortSignal | undefined,
): Promise<ScopePreview> {
  const fates = new Map<string, Fate>();
  const byTier: Record<string, TierPreview> = {};
  if (!engine.coherence.serves()) await engine.coherence.renew();
  let isKnown = tenant.mirror.last > START;
  for (const tier of engine.tiers) {
    let [entries, derived, bytes] = [0, 0, 0];
    for await (const { key, head } of headsOf(tier, tenant, "", signal)) {
      isKnown = true;
      const found = { tier, path: key, head };
      const fate = isServable(engine, tenant, found) ? fateOf(scope, key, head) : undefined;
      if (fate === undefined) continue;
      entries++;
      bytes += head.metadata.decodedBytes;
      if (fate === "derived") derived++;
      if (fates.get(key) !== "named") fates.set(key, fate);
    }
    byTier[tier.name] = { entries, derived, bytes };
  }
  const derived = [...fates.values()].filter((fate) => fate === "derived").length;
  return { keys: fates.size, derived, isKnown, byTier };
}

function fateOf(scope: Scope, key: string, { metadata }: StoredHead): Fate | undefined {
  const named =
    covers(scope, { kind: "key", value: key }) ||
    metadata.tags.some((tag) => covers(scope, { kind: "tag", value: tag }));
  if (named) return "named";
  return metadata.inherited.some((stamp) => covers(scope, stamp.scope)) ? "derived" : undefined;
}
