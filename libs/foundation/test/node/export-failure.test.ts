import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { startTelemetry } from "../../src/node/index.ts";
import { failureText } from "../../src/node/otlp/export-failure.ts";
import { KeptLines } from "../support/kept-lines.ts";

/** What the log says of a scripted collector that refuses with `status`. */
async function reasons(status: number): Promise<readonly string[]> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(status).end());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A server that listens on TCP has this form of address.
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const logger = new KeptLines();
  const telemetry = await startTelemetry(
    { endpoint, metrics: { otlp: { endpoint } } },
    { logger, env: {} },
  );
  telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
  telemetry.port.recordHistogram("cache.latency", "acme", 1, { tier: "hot" });
  await telemetry.shutdown();
  server.closeAllConnections();
  server.close();
  const warned = logger.lines.filter(({ level }) => level === "warn");
  return warned.map(({ fields }) => String(fields["reason"])).toSorted((a, b) => (a < b ? -1 : 1));
}

test("who is refused is told the status and the option to change", async () => {
  expect(await reasons(401)).toEqual([
    "status 401 Unauthorized: set telemetry.api_key",
    "status 401 Unauthorized: set telemetry.metrics.otlp.headers",
  ]);
  expect(await reasons(405)).toEqual([
    "status 405 Method Not Allowed: set telemetry.endpoint",
    "status 405 Method Not Allowed: set telemetry.metrics.otlp.endpoint",
  ]);
});

test.each([
  [
    Object.assign(new Error("16 UNAUTHENTICATED: no"), { code: 16 }),
    "status 16 UNAUTHENTICATED: no: set telemetry.api_key",
  ],
  [
    Object.assign(new Error("Payload Too Large"), { code: 413 }),
    "status 413 Payload Too Large: set telemetry.batch.max_size",
  ],
  [Object.assign(new Error("Bad Request"), { code: 400 }), "status 400 Bad Request"],
  [Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  [new Error("Request timed out"), "Error: Request timed out"],
  [undefined, "undefined"],
])("a failure reads as %s", (error, text) => {
  expect(failureText("traces", error)).toBe(text);
});
