import type { EntryMetadata } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import { hitAttributes, keyAttributes } from "./read-attributes.ts";

/** A hit of the hot path. `startedAt`: on the monotonic clock. */
type HotHit = Readonly<{
  path: string;
  family: string;
  metadata: EntryMetadata;
  startedAt: number;
}>;

/** Tells of a hit in the first tier that nobody has gathered anything about, in one step: its span begins and ends here. */
export function tellHotHit(
  { telemetry, clock, tiers }: Engine,
  tenantId: string,
  { path, family, metadata, startedAt }: HotHit,
): void {
  const tier = tiers[0]?.name ?? "";
  const attributes = {
    ...keyAttributes({ key: { path }, family: { name: family } }),
    "cache.hit": tier,
    "cache.stale": false,
    "cache.coalesced": false,
  };
  const ms = clock.monotonic() - startedAt;
  const span = telemetry.startSpan("cache.get", tenantId, { attributes, agoMs: ms });
  if (span.isRecording) {
    span.setAttributes(hitAttributes({ metadata, causes: {} }, clock.now()));
    span.addEvent("cache.tier", { "cache.tier": tier, "cache.outcome": "hit", "cache.ms": ms });
  }
  span.end();
}
