import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { startTelemetry, type Telemetry } from "../../src/node/index.ts";
import { KeptLines } from "../support/kept-lines.ts";

afterEach(() => trace.disable());

/** An SDK that an application starts; the API says whether it takes it. */
function ownSdk(): { taken: boolean; names: () => readonly string[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const taken = trace.setGlobalTracerProvider(provider);
  return { taken, names: () => exporter.getFinishedSpans().map(({ name }) => name) };
}

async function started(logger: KeptLines): Promise<Telemetry & { stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // A server that listens on TCP has this form of address.
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const telemetry = await startTelemetry({ endpoint }, { logger, env: {} });
  const stop = async (): Promise<void> => {
    await telemetry.shutdown();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(telemetry, { stop });
}

test("who registers is told, another SDK is refused meanwhile, and is free to register after the shutdown", async () => {
  const logger = new KeptLines();
  const telemetry = await started(logger);
  expect(logger.holding("registered as this process's OpenTelemetry SDK")).toHaveLength(1);
  expect(ownSdk().taken).toBe(false);
  await telemetry.stop();
  const own = ownSdk();
  expect(own.taken).toBe(true);
  trace.getTracer("application").startSpan("request").end();
  expect(own.names()).toEqual(["request"]);
});

test("an SDK that took the cache's place stays registered after the shutdown", async () => {
  const telemetry = await started(new KeptLines());
  trace.disable();
  const own = ownSdk();
  await telemetry.stop();
  trace.getTracer("application").startSpan("request").end();
  expect([own.taken, own.names()]).toEqual([true, ["request"]]);
});
