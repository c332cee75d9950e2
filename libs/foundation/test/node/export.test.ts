import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { startTelemetry } from "../../src/node/index.ts";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";
import { KeptLines } from "../support/kept-lines.ts";

/** A scripted OTLP server: what no real one does on demand. */
async function scripted(
  answer: () => number | undefined,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const status = answer();
      if (status !== undefined) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // A server that listens on TCP has this form of address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function start(config: TelemetryConfig, logger: KeptLines): ReturnType<typeof startTelemetry> {
  return startTelemetry(config, { logger, env: {} });
}

test("failures are told once per change of state, and counted with what was lost", async () => {
  let status = 200;
  await using collector = await scripted(() => status);
  const logger = new KeptLines();
  await using telemetry = await start({ endpoint: collector.url }, logger);
  const send = async (): Promise<void> => {
    telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
    await telemetry.flush();
  };
  for (const next of [200, 400, 400, 200, 200, 400]) {
    status = next;
    await send();
  }
  expect(telemetry.stats()).toEqual({ exported: 3, dropped: 3, failures: 3, queue: 0 });
  const changes = logger.holding("export of traces");
  expect(changes).toHaveLength(3);
  expect(changes.map((line) => /fails|again/.exec(line)?.[0])).toEqual(["fails", "again", "fails"]);
});

test("a collector that does not answer holds no more than the queue, and no read", async () => {
  await using collector = await scripted(() => undefined);
  const logger = new KeptLines();
  const batch = { maxQueue: 1000, maxSize: 100, delayMs: 5, timeoutMs: 1000 };
  await using telemetry = await start({ endpoint: collector.url, batch, shutdownMs: 50 }, logger);
  for (let index = 0; index < 20_000; index++)
    telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
  expect(telemetry.stats()).toEqual({ exported: 0, dropped: 19_000, failures: 0, queue: 1000 });
  const before = performance.now();
  await telemetry.flush(20);
  await telemetry.shutdown(50);
  // The limits, and what a busy machine adds.
  expect(performance.now() - before).toBeLessThan(5000);
});

test("flush waits for a batch that is already on its way", async () => {
  const answers: (() => void)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    answers.push(() => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // As above.
  const batch = { maxSize: 4 };
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const telemetry = await start({ endpoint, batch }, new KeptLines());
  const arrived = new Promise((resolve) => server.once("request", resolve));
  // As many as a batch takes: the processor sends them at once, and has nothing left to flush.
  for (let index = 0; index < 4; index++)
    telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
  await arrived;
  let flushed = false;
  const flush = telemetry.flush().then(() => (flushed = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(flushed).toBe(false);
  answers[0]?.();
  await flush;
  expect(telemetry.stats().exported).toBe(4);
  await telemetry.shutdown();
  server.closeAllConnections();
  server.close();
});

test("after shutdown nothing is kept, and shutting down twice is once", async () => {
  await using collector = await scripted(() => 200);
  const telemetry = await start({ endpoint: collector.url }, new KeptLines());
  const open = telemetry.port.startSpan("cache.get", "acme", { always: true });
  await Promise.all([telemetry.shutdown(), telemetry.shutdown()]);
  open.end();
  expect(telemetry.port.keepsAlways()).toBe(false);
  expect(telemetry.port.startSpan("cache.get", "acme", { always: true }).isRecording).toBe(false);
  expect(telemetry.stats()).toMatchObject({ exported: 0, queue: 0 });
});

test("telemetry that is off costs nothing and says nothing wrong", async () => {
  const logger = new KeptLines();
  await using telemetry = await start({ enabled: false, endpoint: "http://127.0.0.1:1" }, logger);
  expect(telemetry.port.keepsAlways()).toBe(false);
  await telemetry.flush();
  expect(telemetry.stats()).toEqual({ exported: 0, dropped: 0, failures: 0, queue: 0 });
});

test("how keys are masked is told where spans leave, and not where metrics alone do", async () => {
  await using collector = await scripted(() => 200);
  const told = async (config: TelemetryConfig): Promise<string> => {
    const logger = new KeptLines();
    await (await start(config, logger)).shutdown();
    return JSON.stringify(logger.lines);
  };
  expect(await told({ metrics: { prometheus: { port: 0 } } })).not.toContain("masked");
  expect(await told({ endpoint: collector.url })).toContain("telemetry.keys.secret");
});
