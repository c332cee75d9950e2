import { METRICS } from "@cogniverse/sdk";

/** What the scrape endpoint calls everything in the catalogue: no units, `_total` behind counters, three series of a histogram. */
export const SCRAPED: ReadonlySet<string> = new Set(
  Object.entries(METRICS).flatMap(([name, { kind }]) => {
    const base = name.replaceAll(".", "_");
    if (kind === "gauge") return [base];
    if (kind === "counter") return [`${base}_total`];
    return ["_bucket", "_count", "_sum"].map((suffix) => `${base}${suffix}`);
  }),
);

/** Names of the cache's own and of recorded series (`level:metric:operation`) in an expression. */
export function seriesIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\b(?:[a-z_]+:[a-z0-9_]+:[a-z0-9_]+|cache_[a-z_]+)\b/g)].map(
    ([name]) => name,
  );
}
