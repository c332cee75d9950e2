import type { Causes, EntryMetadata } from "@cogniverse/sdk";
import type { Tier } from "../tier/tier.ts";

/** The part of an entry's metadata that a value carries also where nothing was stored. `logId` "" = unverified: computed without a lease. */
export type Provenance = Pick<EntryMetadata, "logId" | "asOf" | "tags" | "inherited" | "digest">;

/** A value from a tier, checked in the synchronous step in which this was made. */
export type Hit = Readonly<{
  from: "tier";
  value: unknown;
  tier: Tier;
  metadata: EntryMetadata;
  causes: Causes;
}>;

/** No tier had it. */
export type Miss = Readonly<{ from: "nowhere"; causes: Causes }>;

/** A value that was computed. `stored`: it was sent to its tiers; `bytes`: encoded, 0 where it was not. */
export type Computed = Readonly<{
  from: "compute";
  value: unknown;
  stored: boolean;
  bytes: number;
  computeMs: number;
  provenance: Provenance;
  causes: Causes;
}>;

/** What a flight brings home. */
export type Outcome = Hit | Computed;

/** What a value's validity is judged by. */
export function provenanceOf(outcome: Outcome): Provenance {
  return outcome.from === "tier" ? outcome.metadata : outcome.provenance;
}
