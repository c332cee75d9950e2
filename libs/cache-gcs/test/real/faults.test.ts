import { afterEach, describe, expect, test } from "@jest/globals";
import type { ObjectBackend } from "@cogniverse/object-store";
import {
  serverSuite,
  sharedGcs,
  startFakeGcs,
  startProxy,
  type GcsServer,
  type TcpProxy,
} from "@cogniverse/test-servers";
import type { GcsOptions } from "../../src/index.ts";
import { BucketBench } from "../support/bucket-bench.ts";

const MIB = 2 ** 20;
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A tier behind a proxy, and a client that goes around it. */
async function proxied(
  options: Partial<GcsOptions> = {},
): Promise<{ proxy: TcpProxy; tier: ObjectBackend; bench: BucketBench }> {
  const place = await sharedGcs();
  const { hostname, port } = new URL(place.endpoint);
  const proxy = await startProxy({ host: hostname, port: Number(port) });
  const bench = await BucketBench.at(place);
  open.push(proxy, bench);
  const endpoint = `http://${proxy.host}:${proxy.port}`;
  return { proxy, bench, tier: await bench.backend({ max_retries: 0, ...options, endpoint }) };
}

async function ownServer(): Promise<{
  server: GcsServer;
  tier: ObjectBackend;
  bench: BucketBench;
}> {
  const server = await startFakeGcs({ backend: "filesystem" });
  const bench = await BucketBench.at(server);
  open.push(server, bench);
  return { server, tier: await bench.backend(), bench };
}

/** Resolves once so many bytes came out of the proxy. */
async function transferred(
  proxy: TcpProxy,
  bytes: number,
  of: "bytesToClient" | "bytesToServer",
): Promise<void> {
  while (proxy[of] < bytes) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Resolves once nothing is connected to the proxy any more; else the test's time limit ends it. */
async function disconnected(proxy: TcpProxy): Promise<void> {
  while (proxy.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const part of body) bytes += part.byteLength;
  return bytes;
}

serverSuite(["gcs"], describe)("faults between tier and service", () => {
  const value = new Uint8Array(16 * MIB).fill(7);

  test("a server that was stopped is a time-out, and serves on when it wakes", async () => {
    const { server, tier, bench } = await ownServer();
    const hasty = bench.unopened({ request_timeout: 0.5, max_retries: 0 });
    await tier.put("k", value.subarray(0, 10), "t");
    server.pause();
    await expect(hasty.get("k", "t")).rejects.toMatchObject({ code: "timeout", retryable: true });
    server.resume();
    expect(await tier.get("k", "t")).toHaveLength(10);
  });

  test("a server that was restarted serves the tier that was open, over new connections", async () => {
    const { server, tier } = await ownServer();
    await tier.put("k", value.subarray(0, 10), "t");
    await server.restart({ keepData: true });
    expect(await tier.get("k", "t")).toHaveLength(10);
    expect(await tier.put("k", value.subarray(0, 11), "t")).toBe(true);
    await server.restart({ keepData: false });
    await expect(tier.get("k", "t")).rejects.toThrow("does not exist");
  });

  test("a slow network takes time and costs nothing", async () => {
    const { tier, proxy } = await proxied({ request_timeout: 5 });
    proxy.delay(150);
    const begun = performance.now();
    const small = value.subarray(0, 1000);
    expect(await tier.put("k", small, "t")).toBe(true);
    expect(await tier.get("k", "t")).toEqual(small);
    expect(performance.now() - begun).toBeGreaterThan(600);
  });

  test("a connection that is reset in mid-body is an error, and never a shorter value", async () => {
    const { tier, proxy, bench } = await proxied();
    await bench.backend().then((direct) => direct.put("k", value, "t"));
    proxy.throttle(20 * MIB);
    const reading = tier.get("k", "t").catch((error: unknown) => error);
    await transferred(proxy, 4 * MIB, "bytesToClient");
    await proxy.reset();
    expect(await reading).toMatchObject({ code: "tier_unavailable", retryable: true });
    await proxy.heal();
    const stream = await tier.streams.getStream("k", "t");
    if (stream === undefined) throw new Error("nothing is there");
    const draining = drain(stream.body).catch((error: unknown) => error);
    await transferred(proxy, proxy.bytesToClient + 2 * MIB, "bytesToClient");
    await proxy.reset();
    expect(await draining).toMatchObject({ code: "tier_unavailable" });
  });

  test("a write that is reset is an error, and the copy before it stays", async () => {
    const { tier, proxy, bench } = await proxied();
    const direct = await bench.backend();
    await direct.put("k", value.subarray(0, 10), "t");
    proxy.throttle(20 * MIB);
    const writing = tier.put("k", value, "t").catch((error: unknown) => error);
    await transferred(proxy, 4 * MIB, "bytesToServer");
    await proxy.reset();
    expect(await writing).toMatchObject({ code: "tier_unavailable", retryable: true });
    expect(await direct.get("k", "t")).toHaveLength(10);
  });

  test("a network that swallows everything in mid-body is a time-out", async () => {
    const { tier, proxy, bench } = await proxied({ request_timeout: 3 });
    await bench.backend().then((direct) => direct.put("k", value, "t"));
    proxy.throttle(20 * MIB);
    const reading = tier.get("k", "t").catch((error: unknown) => error);
    await transferred(proxy, 4 * MIB, "bytesToClient");
    proxy.cut();
    expect(await reading).toMatchObject({ code: "timeout" });
  });

  test("what passes by itself is not seen by the caller", async () => {
    const { tier, proxy } = await proxied({ max_retries: 2 });
    await tier.put("k", value.subarray(0, 10), "t");
    await proxy.reset();
    const reading = tier.get("k", "t");
    await proxy.heal();
    expect(await reading).toHaveLength(10);
  });

  test("an abort in mid-transfer rejects with its reason and closes the connection", async () => {
    const { tier, proxy, bench } = await proxied();
    await bench.backend().then((direct) => direct.put("k", value, "t"));
    proxy.throttle(20 * MIB);
    const reason = new Error("nobody waits any more");
    for (const start of [
      (signal: AbortSignal) => tier.get("k", "t", { signal }),
      (signal: AbortSignal) => tier.put("new", value, "t", undefined, null, { signal }),
    ]) {
      const controller = new AbortController();
      const before = proxy.bytesToClient + proxy.bytesToServer;
      const running = start(controller.signal).catch((error: unknown) => error);
      while (proxy.bytesToClient + proxy.bytesToServer < before + 4 * MIB)
        await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort(reason);
      expect(await running).toBe(reason);
      await disconnected(proxy);
    }
    expect(await tier.exists("new", "t")).toBe(false);
  });

  test("a body that is left early, read or not, closes its connection", async () => {
    const { tier, proxy, bench } = await proxied();
    await bench.backend().then((direct) => direct.put("k", value, "t"));
    proxy.throttle(20 * MIB);
    const stream = await tier.streams.getStream("k", "t");
    if (stream === undefined) throw new Error("nothing is there");
    await stream.body[Symbol.asyncIterator]().return?.();
    await disconnected(proxy);
    expect(proxy.bytesToClient).toBeLessThan(8 * MIB);
  });

  test("an upload that is aborted leaves nothing behind", async () => {
    const { tier, bench } = await proxied();
    const controller = new AbortController();
    const reason = new Error("nobody waits any more");
    async function* body() {
      for (let i = 0; i < 40; i++) {
        if (i === 30) controller.abort(reason);
        yield new Uint8Array(MIB);
      }
    }
    const upload = tier.streams.putStream(
      "k",
      body(),
      () => {
        throw new Error("no headers yet");
      },
      "t",
      {
        signal: controller.signal,
      },
    );
    await expect(upload).rejects.toBe(reason);
    expect(await bench.names()).toEqual([]);
  });
});
