import type { EntryMetadata, MissCause } from "@cogniverse/sdk";
import type { Tier } from "../tier/tier.ts";

/** Why each tier did not answer, by tier name. */
export type Causes = Readonly<Record<string, MissCause>>;

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

/** A value that was computed. */
export type Computed = Readonly<{
  from: "compute";
  value: unknown;
  provenance: Provenance;
  causes: Causes;
}>;

/** What a flight brings home. */
export type Outcome = Hit | Computed;

/** What a value's validity is judged by. */
export function provenanceOf(outcome: Outcome): Provenance {
  return outcome.from === "tier" ? outcome.metadata : outcome.provenance;
}
