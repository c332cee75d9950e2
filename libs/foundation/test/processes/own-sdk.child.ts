import { trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { startTelemetry } from "../../src/node/index.ts";
import { KeptLines } from "../support/kept-lines.ts";

// A process that has an SDK of its own before the cache is started.
const exporter = new InMemorySpanExporter();
const own = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(own);

const logger = new KeptLines();
const config = {
  endpoint: "http://127.0.0.1:1",
  apiKey: "",
  project: "videos",
  tenancy: "project",
  service: { name: "search" },
  sampling: { hits: 0.5 },
  keys: { secret: "sixteen characters or more" },
} as const;
const telemetry = await startTelemetry(config, { logger, env: {} });
telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
await telemetry.shutdown();
const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };
const ofEnvironment = await startTelemetry({ keys: config.keys }, { logger, env });
await ofEnvironment.shutdown();
telemetry.port.startSpan("later", "acme", { always: true }).end();
process.send?.({
  spans: exporter.getFinishedSpans().map((span) => span.name),
  stats: telemetry.stats(),
  lines: logger.lines,
});
