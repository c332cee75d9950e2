import type { ObjectBackend } from "@cogniverse/object-store";
import type { LogHead, ShortCut } from "@cogniverse/sdk";
import {
  serverSuite,
  startMinistack,
  startProxy,
  type S3Server,
  type TcpProxy,
} from "@cogniverse/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { BucketBench } from "../support/bucket-bench.ts";
import { loseNextAnswer } from "../support/failures.ts";
import { countHeadPuts } from "../support/head-requests.ts";

let server: S3Server;
let proxy: TcpProxy;
let bench: BucketBench;

const join =
  (session: string) =>
  (now: ShortCut): ShortCut => ({ ...now, alone: [...now.alone, { session, leaving: false }] });

const sessionsOf = (head: LogHead | undefined) =>
  head?.shortCut?.alone.map(({ session }) => session);

/** Calls what this log surely has. */
async function change(
  { log }: ObjectBackend,
  edit: (now: ShortCut) => ShortCut | undefined,
): Promise<LogHead | undefined> {
  return log.changeShortCut?.(edit);
}

const record = {
  tenantId: "t",
  scope: { kind: "key", value: "a" },
  mode: "hard",
  at: 1,
  node: "n",
} as const;

serverSuite(["s3"], describe)("a change of the short cut on a real server", () => {
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

  const through = (request_timeout: number) =>
    bench.bucket({ endpoint: `http://${proxy.host}:${proxy.port}`, request_timeout });

  test("is in the head that others read, and in that of their next append", async () => {
    const [one, two] = [bench.tier(bench.bucket()), bench.tier(bench.bucket())];
    await two.log.head();
    await change(one, join("s1"));
    expect(sessionsOf(await two.log.append([record]))).toEqual(["s1"]);
    expect(await one.log.head()).toEqual(await two.log.head());
  });

  test("whose answer is lost is there once", async () => {
    const bucket = bench.bucket();
    const tier = bench.tier(bucket);
    await tier.log.head();
    const puts = countHeadPuts(bucket.client);
    loseNextAnswer(bucket.client, "PutObjectCommand");
    expect(sessionsOf(await change(tier, join("s1")))).toEqual(["s1"]);
    expect(sessionsOf(await bench.tier(bench.bucket()).log.head())).toEqual(["s1"]);
    expect(puts).toEqual({ landed: 0, refused: 0, failed: 1 });
  });

  test("that is cut off on its way is there once as soon as the way is open", async () => {
    const bucket = through(3);
    const tier = bench.tier(bucket);
    await tier.log.head();
    const puts = countHeadPuts(bucket.client);
    bucket.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === "PutObjectCommand" && puts.failed === 0) await proxy.reset();
          if (commandName === "GetObjectCommand") await proxy.heal();
          return next(args);
        },
      { step: "finalizeRequest", name: "cutOnce" },
    );
    const [changed, appended] = await Promise.all([
      change(tier, join("s1")),
      tier.log.append([record]),
    ]);
    expect(changed).toEqual(appended);
    expect(puts).toEqual({ landed: 1, refused: 0, failed: 1 });
    expect(sessionsOf(await bench.tier(bench.bucket()).log.head())).toEqual(["s1"]);
  });

  test("that the server takes only after its caller has gone: there once, and the next one beside it", async () => {
    const tier = bench.tier(through(0.5));
    await tier.log.head();
    server.pause();
    await expect(change(tier, join("s1"))).rejects.toMatchObject({ retryable: true });
    server.resume();
    const head = await change(tier, (now) =>
      now.alone.some(({ session }) => session === "s1") ? undefined : join("s1")(now),
    );
    expect(sessionsOf(head)).toEqual(["s1"]);
    expect(sessionsOf(await bench.tier(bench.bucket()).log.head())).toEqual(["s1"]);
  }, 30_000);
});
