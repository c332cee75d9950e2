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
const telemetry = await startTelemetry({ endpoint: "http://127.0.0.1:1" }, { logger, env: {} });
telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
await telemetry.shutdown();
telemetry.port.startSpan("later", "acme", { always: true }).end();
process.send?.({
  spans: exporter.getFinishedSpans().map((span) => span.name),
  stats: telemetry.stats(),
  lines: logger.holding("its own OpenTelemetry SDK").length,
});
