import { CacheError } from "@cogniverse/sdk";
import {
  serverSuite,
  startMinistack,
  startProxy,
  type S3Server,
  type TcpProxy,
} from "@cogniverse/test-servers";
import type { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { BucketBench, SMALL_SIZES } from "./support/bucket-bench.ts";

const MIB = 2 ** 20;
const headers = { contentType: "text/plain", metadata: {} };

let server: S3Server;
let proxy: TcpProxy;
let bench: BucketBench;

async function failure(running: Promise<unknown>): Promise<CacheError> {
  const error: unknown = await running.catch((e: unknown) => e);
  if (!CacheError.isInstance(error)) throw new Error(`no CacheError: ${String(error)}`);
  return error;
}

/** Polls, since what a server or a socket does is not told; the test's time limit is the end. */
async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await delay(5);
}

let client: S3Client;

/** Seconds without a byte that a busy machine keeps to. */
const PATIENT = 3;

const objects = (request_timeout = PATIENT) => {
  const endpoint = `http://${proxy.host}:${proxy.port}`;
  const bucket = bench.bucket({ endpoint, request_timeout }, SMALL_SIZES);
  ({ client } = bucket);
  return bucket.objects;
};

/** Sockets on which a request is under way. */
function busySockets(): number {
  const { requestHandler } = client.config;
  const agent =
    requestHandler instanceof NodeHttpHandler
      ? requestHandler.httpHandlerConfigs().httpAgent
      : undefined;
  if (!(agent instanceof Agent)) throw new Error("the client has no agent yet");
  const busy = Object.values(agent.sockets).flatMap((sockets) => sockets ?? []);
  return busy.filter(({ destroyed }) => !destroyed).length;
}

serverSuite(["s3"], describe)("faults of a real server", () => {
  beforeAll(async () => {
    server = await startMinistack();
    const { hostname, port } = new URL(server.endpoint);
    proxy = await startProxy({ host: hostname, port: Number(port) });
  });

  beforeEach(async () => {
    bench = await BucketBench.at(server);
  });

  afterEach(async () => {
    server.resume();
    await proxy.heal();
    await bench[Symbol.asyncDispose]();
  });

  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  async function* body(mebibytes: number, between?: (sent: number) => Promise<void>) {
    for (let sent = 0; sent < mebibytes; sent++) {
      await between?.(sent);
      yield new Uint8Array(MIB).fill(sent);
    }
  }

  test("stopped: told that it refuses connections; started again with its data: all is there", async () => {
    await using stopping = await startMinistack();
    await using own = await BucketBench.at(stopping);
    const direct = own.bucket({ request_timeout: 10 }).objects;
    await direct.write("a", new Uint8Array([1, 2, 3]), { headers });
    await stopping.kill();
    const error = await failure(direct.read("a"));
    expect(error).toMatchObject({ code: "tier_unavailable", retryable: true });
    expect(error.message).toContain("ECONNREFUSED");
    await stopping.restart({ keepData: true });
    expect(await direct.read("a")).toMatchObject({ data: new Uint8Array([1, 2, 3]) });
  });

  test("gone behind something that still takes connections: unavailable, not late", async () => {
    await using stopping = await startMinistack();
    const { hostname, port } = new URL(stopping.endpoint);
    await using front = await startProxy({ host: hostname, port: Number(port) });
    await using own = await BucketBench.at(stopping);
    const endpoint = `http://${front.host}:${front.port}`;
    const behind = own.bucket({ endpoint, request_timeout: 10 }).objects;
    await behind.write("a", new Uint8Array([1, 2, 3]), { headers });
    await stopping.kill();
    expect(await failure(behind.read("a"))).toMatchObject({
      code: "tier_unavailable",
      retryable: true,
    });
  });

  test("silent (SIGSTOP): a time-out that can be retried", async () => {
    const one = objects();
    await one.write("a", new Uint8Array([1]), { headers });
    server.pause();
    const read = await failure(objects(0.5).read("a"));
    server.resume();
    expect(read).toMatchObject({ code: "timeout", retryable: true });
    expect(await one.read("a")).toMatchObject({ data: new Uint8Array([1]) });
  });

  test("slow: what arrives late is whole", async () => {
    const one = objects(30);
    proxy.delay(100);
    await one.write("a", new Uint8Array(MIB).fill(9), { headers });
    expect(await one.read("a")).toMatchObject({ data: new Uint8Array(MIB).fill(9) });
  });

  test("the line is cut within a body: an error, never a shorter value", async () => {
    const one = objects();
    await one.write("a", new Uint8Array(4 * MIB), { headers });
    proxy.throttle(2 * MIB);
    const before = proxy.bytesToClient;
    const read = failure(one.read("a"));
    await until(() => proxy.bytesToClient > before + 100_000);
    proxy.cut();
    expect(await read).toMatchObject({ code: "timeout", retryable: true });
  });

  test("the connection is reset within a stream: its iteration rejects", async () => {
    const one = objects();
    await one.write("a", new Uint8Array(4 * MIB), { headers });
    proxy.throttle(2 * MIB);
    const opened = await one.open("a");
    if (typeof opened !== "object") throw new Error("not opened");
    let got = 0;
    const drained = failure(
      (async () => {
        for await (const chunk of opened.body) {
          if (got === 0) await proxy.reset();
          got += chunk.byteLength;
        }
      })(),
    );
    expect(await drained).toMatchObject({ code: "tier_unavailable", retryable: true });
    expect(got).toBeLessThan(4 * MIB);
  });

  test("race 24: a reset within an upload in parts: nothing visible, no upload left open", async () => {
    const one = objects();
    const upload = one.upload(
      "up",
      body(16, async (sent) => {
        if (sent === 12) await proxy.reset();
      }),
      () => headers,
    );
    expect(await failure(upload)).toMatchObject({ retryable: true });
    await proxy.heal();
    await one.settled();
    expect(await bench.openUploads()).toEqual([]);
    expect(await bench.names()).toEqual([]);
  });

  test("abort in mid-transfer frees the socket, rejects with the reason and leaves nothing", async () => {
    const one = objects();
    const stop = new AbortController();
    const reason = new Error("nobody waits any more");
    const upload = one.upload(
      "up",
      body(64, async (sent) => {
        if (sent === 13) stop.abort(reason);
      }),
      () => headers,
      {},
      { signal: stop.signal },
    );
    await expect(upload).rejects.toBe(reason);
    await one.settled();
    expect(await bench.openUploads()).toEqual([]);
    expect(await bench.names()).toEqual([]);
    await until(() => busySockets() === 0);
  });

  test("abort of a read and of a put ends their connections at once", async () => {
    const one = objects(30);
    await one.write("a", new Uint8Array(5 * MIB), { headers });
    const jobs = [
      (signal: AbortSignal) => one.read("a", {}, { signal }),
      // More than sockets on the way can hold: what was sent whole may land after an abort.
      (signal: AbortSignal) => one.write("b", new Uint8Array(48 * MIB), { headers }, { signal }),
    ];
    for (const job of jobs) {
      proxy.throttle(MIB);
      const stop = new AbortController();
      const before = proxy.bytesToClient + proxy.bytesToServer;
      const running = job(stop.signal);
      running.catch(() => undefined);
      await until(() => proxy.bytesToClient + proxy.bytesToServer > before + 100_000);
      stop.abort(new Error("enough"));
      await expect(running).rejects.toThrow("enough");
      await until(() => busySockets() === 0);
      await proxy.heal();
    }
    expect(await one.head("b")).toBeUndefined();
  });

  test("leaving a stream early frees its socket", async () => {
    const one = objects(30);
    await one.write("a", new Uint8Array(5 * MIB), { headers });
    proxy.throttle(MIB);
    const opened = await one.open("a");
    if (typeof opened !== "object") throw new Error("not opened");
    for await (const _ of opened.body) break;
    await until(() => busySockets() === 0);
    expect(busySockets()).toBe(0);
  });
});
