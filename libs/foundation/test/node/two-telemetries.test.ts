import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import type { TelemetryPort } from "@cogniverse/sdk";
import { startTelemetry, type Telemetry } from "../../src/node/index.ts";
import { openTelemetry } from "../../src/open-telemetry.ts";
import { KeptLines } from "../support/kept-lines.ts";

/** Takes whatever is exported to it; names and texts of spans stand in it as they are. */
class Collector implements AsyncDisposable {
  taken = "";
  readonly #server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => (this.taken += chunk.toString("latin1")));
    request.on("end", () => response.end());
  });

  async start(project: string): Promise<Telemetry> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    // A server on a port has such an address.
    const { port } = this.#server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const config = { endpoint, project, compression: "none" } as const;
    return startTelemetry(config, { logger: new KeptLines(), env: {} });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

function read(port: TelemetryPort, name: string): void {
  port.startSpan(name, "acme", { always: true }).end();
}

test("two caches of a process export each to its own place, also when the first is closed", async () => {
  await using first = new Collector();
  await using second = new Collector();
  const one = await first.start("project-one");
  const two = await second.start("project-two");
  read(one.port, "of one");
  read(two.port, "of two");
  read(openTelemetry(), "of a third");
  one.port.span(
    "above",
    "acme",
    () => {
      read(two.port, "of two below");
      read(openTelemetry(), "of a third below");
    },
    { "openinference.span.kind": "AGENT" },
  );
  await one.shutdown();
  read(two.port, "of two later");
  await two.shutdown();
  expect([one.stats().exported, two.stats().exported]).toEqual([4, 3]);
  for (const text of ["project-one", "of one", "of a third", "above", "of a third below"]) {
    expect(first.taken).toContain(text);
    expect(second.taken).not.toContain(text);
  }
  for (const text of ["project-two", "of two", "of two below", "of two later"]) {
    expect(second.taken).toContain(text);
    expect(first.taken).not.toContain(text);
  }
});
