import { startTelemetry } from "../../src/node/index.ts";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";
import { KeptLines } from "../support/kept-lines.ts";

// A process that has nothing more to do once its telemetry was shut down.
const config = JSON.parse(process.argv[2] ?? "") as TelemetryConfig; // What its parent gives it.
const telemetry = await startTelemetry(config, { logger: new KeptLines(), env: {} });
const made = 2000;
for (let index = 0; index < made; index++)
  telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
// An export and its retries are under way by then.
await telemetry.flush(300);
telemetry.port.incrementCounter("cache.hits", "acme", { tier: "hot" });
const startedAt = performance.now();
await telemetry.shutdown();
const { exported, dropped, queue } = telemetry.stats();
process.send?.(
  { tookMs: performance.now() - startedAt, made, exported, dropped, queue },
  undefined,
  undefined,
  () => process.disconnect(),
);
