import { FakeClock } from "@cogniverse/testkit";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { S3Requests } from "../src/s3-requests.ts";
import { BucketBench, SMALL_SIZES } from "./support/bucket-bench.ts";
import { s3Error, ScriptedServer } from "./support/scripted-server.ts";

let server: ScriptedServer;
let bench: BucketBench;

beforeEach(async () => {
  server = await ScriptedServer.start();
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  const place = { endpoint: server.endpoint, region: "eu-west-1", credentials };
  bench = await BucketBench.at(place, { make: false });
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const objects = () => bench.bucket({}, SMALL_SIZES).objects;

describe("on the recorded request: how many there are", () => {
  test("a read is one GET and no HEAD, a miss one 404", async () => {
    server.answers({ status: 200, headers: { etag: '"e"' }, body: "x" }, s3Error(404, "NoSuchKey"));
    const bucket = objects();
    await bucket.read("a");
    expect(await bucket.read("b")).toBeUndefined();
    expect(server.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });

  test("2,001 names are deleted by three requests, each with a checksum", async () => {
    server.answers({ status: 200, body: "<DeleteResult></DeleteResult>" });
    await objects().deleteMany(Array.from({ length: 2001 }, (_, i) => `n${i}`));
    expect(server.requests).toHaveLength(3);
    for (const request of server.requests) {
      expect(
        request.headers["x-amz-checksum-crc32"] ?? request.headers["content-md5"],
      ).toBeDefined();
      expect(request.body.toString().split("<Key>").length - 1).toBeLessThanOrEqual(1000);
    }
  });

  test("one name that could not be deleted rejects", async () => {
    server.answers({
      status: 200,
      body: "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>",
    });
    await expect(objects().deleteMany(["a", "b"])).rejects.toMatchObject({ code: "auth" });
  });
});

test("who gives up while a conflict is waited out is told at once, and nothing more is sent", async () => {
  const random = { next: () => 0.5, id: () => "id" };
  const place = { tier: "cold", bucket: "bucket", secrets: [] };
  const requests = new S3Requests(place, { clock: new FakeClock(), random });
  const conflict = { name: "ConditionalRequestConflict", $metadata: { httpStatusCode: 409 } };
  const stop = new AbortController();
  let sent = 0;
  const running = requests.send(
    { operation: "PutObject", repeatable: false },
    () => {
      sent++;
      setImmediate(() => stop.abort(new Error("enough")));
      return Promise.reject(Object.assign(new Error("met another write"), conflict));
    },
    { signal: stop.signal },
  );
  await expect(running).rejects.toThrow("enough");
  expect(sent).toBe(1);
});
