import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { startProxy, type TcpProxy } from "../src/index.ts";

let echo: Server;
let proxy: TcpProxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await startProxy({ host: "127.0.0.1", port: echoPort() });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.stop();
  await new Promise((resolve) => echo.close(resolve));
});

function echoPort(): number {
  // A server that listens on a port has an address of this kind.
  return (echo.address() as AddressInfo).port;
}

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, proxy.host);
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** The error by which a socket ends. */
async function failure(socket: Socket): Promise<unknown> {
  const [error] = await once(socket, "error");
  return error;
}

async function roundTrip(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  let received = "";
  while (received.length < text.length) {
    const [chunk] = await once(socket, "data");
    received += String(chunk);
  }
  return received;
}

test("carries bytes and the end of both directions, and counts", async () => {
  const socket = await open();
  expect(await roundTrip(socket, "hello")).toBe("hello");
  expect(proxy.connections).toBe(1);
  expect([proxy.bytesToServer, proxy.bytesToClient]).toEqual([5, 5]);
  const large = "x".repeat(20 * 1024 * 1024);
  expect(await roundTrip(socket, large)).toHaveLength(large.length);
  socket.end();
  await once(socket, "end");
  expect(proxy.connectionsEver).toBe(1);
});

test("a delay counts once for each direction", async () => {
  const socket = await open();
  proxy.delay(100);
  const startedAt = performance.now();
  await roundTrip(socket, "late");
  expect(performance.now() - startedAt).toBeGreaterThan(190);
});

test("throttled bytes take their time", async () => {
  const socket = await open();
  proxy.throttle(100_000);
  const startedAt = performance.now();
  await roundTrip(socket, "x".repeat(30_000));
  expect(performance.now() - startedAt).toBeGreaterThan(280);
});

test("cut nothing comes and nothing closes; healed it goes on where it stopped", async () => {
  const socket = await open();
  await roundTrip(socket, "before");
  proxy.cut();
  let ended = false;
  socket.once("close", () => (ended = true));
  const waiting = roundTrip(socket, "meanwhile");
  const other = await open();
  const alsoWaiting = roundTrip(other, "new");
  // Whatever the proxy were to do, it would have done within a round trip that goes around it.
  const direct = connect(echoPort(), "127.0.0.1");
  sockets.push(direct);
  await roundTrip(direct, "around");
  expect([proxy.bytesToServer, ended, proxy.connections]).toEqual([6, false, 2]);
  await proxy.heal();
  expect(await waiting).toBe("meanwhile");
  expect(await alsoWaiting).toBe("new");
});

test("a reset ends connections by an error and refuses new ones until it is healed", async () => {
  const socket = await open();
  await roundTrip(socket, "before");
  const failed = failure(socket);
  await proxy.reset();
  expect(await failed).toMatchObject({ code: "ECONNRESET" });
  await expect(open()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(proxy.connections).toBe(0);
  await proxy.heal();
  expect(await roundTrip(await open(), "after")).toBe("after");
});

test("where nothing listens behind it, connections are reset", async () => {
  await using astray = await startProxy({ host: "127.0.0.1", port: 1 });
  const socket = connect(astray.port, astray.host);
  expect(await failure(socket)).toMatchObject({ code: "ECONNRESET" });
});

test("a reset by the server is a reset for the client", async () => {
  const accepting = once(echo, "connection");
  const socket = await open();
  const [accepted] = await accepting;
  await roundTrip(socket, "before");
  const failed = failure(socket);
  (accepted as Socket).resetAndDestroy();
  expect(await failed).toMatchObject({ code: "ECONNRESET" });
});
