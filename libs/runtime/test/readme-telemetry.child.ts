import { pinoLogger } from "@cogniverse/foundation";
import { createCache } from "@cogniverse/runtime";
import { pino } from "pino";

await using cache = await createCache({
  configPath: "cache.yaml",
  // Figures at a free port; with PHOENIX_COLLECTOR_ENDPOINT traces go to a Phoenix as well.
  env: { METRICS_PORT: "0" },
  logger: pinoLogger(pino({ level: "warn" })), // or Fastify's app.log
});
// Spans of your own: those of the cache become their children.
const answer = await cache.telemetry.span(
  "search",
  "acme",
  () => cache.getOrCompute("search_results/abc/text.json", "acme", () => ["lecture-1"]),
  { "openinference.span.kind": "AGENT" },
);
const { dropped, prometheusUrl = "" } = cache.telemetryReport ?? {};
const figures = await (await fetch(prometheusUrl)).text();
console.log(answer, dropped, /^cache_misses_total\{.*\} 1$/m.test(figures));
