import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";

const SHUTDOWN_MS = 700;
/** What a busy machine adds. */
const SLACK_MS = 1000;

interface Collector extends AsyncDisposable {
  readonly endpoint: string;
}

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has this form of address.
  return (server.address() as AddressInfo).port;
}

/** Scripted: what no real collector does on demand. */
async function collector(server: Server): Promise<Collector> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined);
    sockets.add(socket);
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function nobody(): Promise<Collector> {
  const { endpoint, [Symbol.asyncDispose]: stop } = await collector(createServer());
  await stop();
  return { endpoint, [Symbol.asyncDispose]: async () => undefined };
}

const collectors: readonly (readonly [string, () => Promise<Collector>])[] = [
  ["is not there", nobody],
  ["hangs up", () => collector(createServer((socket) => socket.destroy()))],
  ["says nothing", () => collector(createServer())],
  ["hears and does not answer", () => collector(createHttp2Server(() => undefined))],
  [
    "refuses",
    () =>
      collector(
        createServer((socket) =>
          socket.once("data", () =>
            socket.end(
              "HTTP/1.1 503 Service Unavailable\r\nretry-after: 8\r\ncontent-length: 0\r\n\r\n",
            ),
          ),
        ),
      ),
  ],
];

/** What a process says of its shutdown, and milliseconds from its word to its end. */
async function run(config: TelemetryConfig): Promise<{ said: Said; lingeredMs: number }> {
  const child = fork(
    fileURLToPath(new URL("ending.child.ts", import.meta.url)),
    [JSON.stringify({ ...config, shutdownMs: SHUTDOWN_MS })],
    { execArgv: ["--conditions=@cogniverse/source"] },
  );
  const ended = once(child, "exit");
  const [said] = (await once(child, "message")) as [Said]; // Of the script beside this one.
  const saidAt = performance.now();
  const [code] = await ended;
  expect(code).toBe(0);
  return { said, lingeredMs: performance.now() - saidAt };
}

type Said = Readonly<Record<"tookMs" | "made" | "exported" | "dropped" | "queue", number>>;

describe.each(collectors)("where the collector %s", (_how, start) => {
  test.each(["http/protobuf", "grpc"] as const)(
    "a process ends with its shutdown, and its spans add up: %s",
    async (protocol) => {
      await using there = await start();
      const { said, lingeredMs } = await run({ endpoint: there.endpoint, protocol });
      expect(said.tookMs).toBeLessThan(SHUTDOWN_MS + SLACK_MS);
      expect(lingeredMs).toBeLessThan(SLACK_MS);
      expect(said).toMatchObject({ exported: 0, dropped: said.made, queue: 0 });
    },
    30_000,
  );

  test("so it does with metrics", async () => {
    await using there = await start();
    const { said, lingeredMs } = await run({
      metrics: { otlp: { endpoint: `${there.endpoint}/v1/metrics` } },
    });
    expect(said.tookMs).toBeLessThan(SHUTDOWN_MS + SLACK_MS);
    expect(lingeredMs).toBeLessThan(SLACK_MS);
  }, 30_000);
});
