import { AggregationTemporality, InstrumentType } from "@opentelemetry/sdk-metrics";
import type { CardinalityLimits } from "../../metrics/cardinality.ts";

/** Tiers, causes, operations: what else a metric of the cache is told apart by, generously. */
const OTHER_LABELS = 100;

/**
 * How many series of one instrument a reader keeps. The SDK's own limit of 2000 turns what is beyond it into one series without labels, in which
 * observed values overwrite one another. The cache bounds its labels itself, so that this is never reached.
 */
export function seriesLimit({ tenants, keyTypes }: CardinalityLimits): number {
  return (tenants + 1) * (keyTypes + 1) * OTHER_LABELS;
}

/**
 * Gauges are "delta" (they have no temporality): the SDK goes on reporting the last value of a cumulative one after nobody observes it any more, a
 * closed tier's size for ever. Everything else is left to `otherwise`.
 */
export function temporalityOf(
  type: InstrumentType,
  otherwise: (type: InstrumentType) => AggregationTemporality,
): AggregationTemporality {
  if (type === InstrumentType.OBSERVABLE_GAUGE) return AggregationTemporality.DELTA;
  return otherwise(type);
}
