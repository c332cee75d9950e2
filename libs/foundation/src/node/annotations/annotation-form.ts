/** One read, as Phoenix is told of it. */
export interface HitOutcome {
  /** 16 hex digits. */
  readonly spanId: string;
  /** Name of the tier that answered, or "miss". */
  readonly hit: string;
}

/** Name of the annotation: `annotations['cache_hit'].score > 0.5` in Phoenix's filter. */
const ANNOTATION = "cache_hit";

/**
 * Body of `POST /v1/span_annotations`. Score 1 for a hit and 0 for a miss, so that their mean is the hit rate; the label is the tier. An annotation of
 * the same name replaces the one before: to send it twice does no harm.
 */
export function annotationBody(outcomes: readonly HitOutcome[]): string {
  const data = outcomes.map(({ spanId, hit }) => ({
    span_id: spanId,
    name: ANNOTATION,
    annotator_kind: "CODE",
    result: { label: hit, score: hit === "miss" ? 0 : 1 },
  }));
  return JSON.stringify({ data });
}
