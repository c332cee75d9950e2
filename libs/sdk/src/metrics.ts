/** What an instrument counts or measures. Units as in UCUM, which OpenTelemetry asks for; never "1", for which collectors call a gauge `_ratio`. */
export type Metric = Readonly<{
  kind: "counter" | "gauge" | "histogram";
  unit: string;
  description: string;
  /** Upper bounds of a histogram's buckets, in its unit. */
  buckets?: readonly number[];
  /** What a process with several caches tells of them together, where their attributes are the same. Default: the sum. */
  together?: "greatest";
}>;

/** From a hit in memory (microseconds) to a large object over a network (seconds), in milliseconds. */
const LATENCY_MS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000,
  10_000,
] as const;

const counter = (unit: string, description: string): Metric => ({
  kind: "counter",
  unit,
  description,
});
const gauge = (unit: string, description: string): Metric => ({ kind: "gauge", unit, description });

/** Every instrument of the cache by its name: what dashboards and alert rules are written against. */
export const METRICS: Readonly<Record<string, Metric>> = {
  "cache.hits": counter("{read}", "Logical reads that a tier answered, by tier and key type"),
  "cache.misses": counter("{read}", "Logical reads that no tier answered, by key type and cause"),
  "cache.coalesced": counter(
    "{read}",
    "Reads that shared another's look-up or compute; each is among the hits or misses too",
  ),
  "cache.computes": counter("{compute}", "Computes that returned, by key type"),
  "cache.compute.errors": counter("{compute}", "Computes that threw"),
  "cache.compute.time": counter("ms", "Time spent in computes, by key type"),
  "cache.compute.saved": counter(
    "ms",
    "Measured compute time of everything that was served instead, by key type",
  ),
  "cache.served": counter("By", "Encoded size of everything that hits served, by key type"),
  "cache.puts": counter("{put}", "Explicit puts"),
  "cache.invalidations": counter("{record}", "Invalidations that this process appended"),
  "cache.writes": counter("{entry}", "Entries that a tier took"),
  "cache.writes.refused": counter(
    "{entry}",
    "Entries that a tier did not take: superseded, too large, or the tier was down",
  ),
  "cache.promotions": counter("{entry}", "Entries brought to a tier above the one that had them"),
  "cache.demotions": counter("{entry}", "Evicted entries taken over by a tier below"),
  "cache.evictions": counter("{entry}", "Entries that a bounded tier gave up, by cause"),
  "cache.swept": counter("{entry}", "Dead or expired copies that a sweep deleted, by tier"),
  "cache.errors": counter("{call}", "Calls into a tier that failed, by tier"),
  "cache.requests": counter(
    "{call}",
    "Calls sent into a tier, by tier and operation; what memory answers without one is not among them",
  ),
  "cache.lease.takeovers": counter("{lease}", "Computes taken over from a node that died"),
  "cache.latency": {
    kind: "histogram",
    unit: "ms",
    description:
      "Time of one call into a tier, by tier and operation; of hits in memory one in 512 is timed",
    buckets: LATENCY_MS,
  },
  "cache.invalidation.latency": {
    kind: "histogram",
    unit: "ms",
    description: "From the call to the acknowledgement of a put or an invalidation",
    buckets: LATENCY_MS,
  },
  "cache.size": gauge("By", "What a tier holds"),
  "cache.entries": gauge("{entry}", "How many entries a tier holds"),
  "cache.used": gauge("By", "What a bounded tier has taken of its capacity, of all tenants"),
  "cache.capacity": gauge("By", "How much a bounded tier may hold"),
  "cache.tier.down": gauge("{tier}", "1 while a tier is left out after repeated failures, else 0"),
  "cache.log.down": gauge(
    "{log}",
    "1 while the invalidation log cannot be read, so that nothing may be served, else 0",
  ),
  "cache.log.age": {
    ...gauge("ms", "Age of what this node knows of the invalidation log"),
    together: "greatest",
  },
  "cache.log.position": {
    ...gauge("{record}", "Last record of the invalidation log that this node knows"),
    together: "greatest",
  },
  "cache.log.acknowledged": counter(
    "{acknowledgement}",
    "Puts and invalidations that every other node's word ended (by sessions), or the lease time (by lease)",
  ),
  "cache.log.scopes": gauge("{scope}", "Scopes that the mirror of the invalidation log keeps"),
  "cache.telemetry.dropped": counter(
    "{span}",
    "Spans given up because the collector did not take them",
  ),
  "cache.telemetry.failures": counter("{export}", "Exports that failed, by signal"),
};
