// Prints which parts of an OpenTelemetry SDK are loaded once a cache of the given configuration is there.
import { createRequire } from "node:module";
import { createCache } from "@cogniverse/runtime";

const telemetry = JSON.parse(process.argv[2] ?? "{}");
const cache = await createCache({
  config: { caching: { tiers: { memory: { backend: "memory" } } }, ...telemetry },
});
const loaded = Object.keys(createRequire(import.meta.url).cache);
const parts = loaded.flatMap((path) => /@opentelemetry\/(?:sdk|exporter)[\w-]*/.exec(path) ?? []);
console.log(JSON.stringify([...new Set(parts)]));
await cache.close();
