import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { startTelemetry } from "../../src/node/index.ts";
import { KeptLines } from "../support/kept-lines.ts";

test("traces and metrics share the time that a shutdown has, where neither is answered", async () => {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A server on a port has such an address.
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const telemetry = await startTelemetry(
    { endpoint, metrics: { otlp: { endpoint } } },
    { logger: new KeptLines(), env: {} },
  );
  telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
  const began = performance.now();
  await telemetry.shutdown(800);
  // Each would take all of it alone.
  expect(performance.now() - began).toBeLessThan(1200);
  expect(telemetry.stats()).toMatchObject({ dropped: 1, failures: 2 });
  server.closeAllConnections();
  server.close();
});
