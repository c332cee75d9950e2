import { CacheError } from "@cogniverse/sdk";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { S3Options } from "../src/index.ts";
import { settle } from "@cogniverse/testkit";
import { BucketBench, SMALL_SIZES } from "./support/bucket-bench.ts";
import { s3Error, ScriptedServer } from "./support/scripted-server.ts";

const headers = { contentType: "text/plain", metadata: { a: "1" } };
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const stored = { status: 200, headers: { etag: '"e"' } };

let server: ScriptedServer;
let bench: BucketBench;

beforeEach(async () => {
  server = await ScriptedServer.start();
  server.answers(stored);
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  bench = await BucketBench.at(
    { endpoint: server.endpoint, region: "eu-west-1", credentials },
    { make: false },
  );
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const objects = (options: Partial<S3Options> = {}) => bench.bucket(options, SMALL_SIZES).objects;

/** The headers of the request that a write of `size` bytes sends. */
async function written(options: Partial<S3Options>, name = "tenants/t/frames@2/v/1.jpg", size = 3) {
  await objects(options).write(name, bytes(size), { headers });
  return server.last.headers;
}

async function failure(running: Promise<unknown>): Promise<CacheError> {
  const error: unknown = await running.catch((e: unknown) => e);
  if (!CacheError.isInstance(error)) throw new Error(`no CacheError: ${String(error)}`);
  return error;
}

describe("on the recorded request: headers of a write", () => {
  test("SSE-S3", async () => {
    expect(await written({ sse: "s3" })).toMatchObject({
      "x-amz-server-side-encryption": "AES256",
    });
  });

  test("SSE-KMS with a key, and a bucket key that spares calls to KMS", async () => {
    expect(await written({ sse: "kms", sse_kms_key_id: "arn:aws:kms:k" })).toMatchObject({
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:k",
      "x-amz-server-side-encryption-bucket-key-enabled": "true",
    });
  });

  test("requester pays, on reads too", async () => {
    expect(await written({ requester_pays: true })).toMatchObject({
      "x-amz-request-payer": "requester",
    });
    await objects({ requester_pays: true }).head("a");
    expect(server.last.headers).toMatchObject({ "x-amz-request-payer": "requester" });
  });

  test("a session token, its region in the signature, and a bare user of neither", async () => {
    const sent = await written({ session_token: "token" });
    expect(sent["x-amz-security-token"]).toBe("token");
    expect(sent.authorization).toContain("/eu-west-1/s3/aws4_request");
    expect(await written({})).not.toHaveProperty("x-amz-security-token");
  });

  test("the native checksum, and a body that is not in chunks of the SDK's own", async () => {
    const sent = await written({});
    expect(sent["x-amz-checksum-crc32"]).toBe("KyvM8w==");
    expect(sent["content-encoding"]).toBeUndefined();
    expect(sent["content-length"]).toBe("3");
  });

  test.each([
    ["the tier's class", { storage_class: "STANDARD_IA" }, 3, "STANDARD_IA"],
    [
      "a key type's own class",
      { storage_class: "STANDARD_IA", storage_classes: { frames: "GLACIER_IR" } },
      3,
      "GLACIER_IR",
    ],
    [
      "no INTELLIGENT_TIERING below 128 KiB",
      { storage_class: "INTELLIGENT_TIERING" },
      131_071,
      undefined,
    ],
    [
      "INTELLIGENT_TIERING from 128 KiB on",
      { storage_class: "INTELLIGENT_TIERING" },
      131_072,
      "INTELLIGENT_TIERING",
    ],
  ])("storage class: %s", async (_, options, size, expected) => {
    const sent = await written(options, undefined, size);
    expect(sent["x-amz-storage-class"]).toBe(expected);
  });

  test("storage class: none for the log, which is replaced all the time", async () => {
    const sent = await written({ storage_class: "STANDARD_IA" }, "log/head.json");
    expect(sent["x-amz-storage-class"]).toBeUndefined();
  });

  test("virtual-host and path style", async () => {
    await written({ path_style: true });
    expect(server.last.path).toMatch(new RegExp(`^/${bench.name}/tenants/`));
  });
});

describe("on the recorded request: answers that no server here gives", () => {
  test("409 ConditionalRequestConflict is repeated until it is decided", async () => {
    const conflict = s3Error(409, "ConditionalRequestConflict");
    server.answers(conflict, conflict, stored);
    const write = { headers, condition: { if: "absent" } } as const;
    expect(await objects().write("a", bytes(1), write)).toBe('"e"');
    expect(server.requests).toHaveLength(3);
    expect(server.requests.map((one) => one.headers["if-none-match"])).toEqual(["*", "*", "*"]);
  });

  test("409 for ever is given up", async () => {
    server.answers(s3Error(409, "ConditionalRequestConflict"));
    const write = { headers, condition: { if: "match", etag: '"x"' } } as const;
    const error = await failure(objects().write("a", bytes(1), write));
    expect(error).toMatchObject({ code: "tier_unavailable", retryable: true });
    expect(server.requests).toHaveLength(5);
  });

  test.each([
    [412, "PreconditionFailed"],
    [404, "NoSuchKey"],
  ])("%i %s: the condition is not met", async (status, code) => {
    server.answers(s3Error(status, code));
    const write = { headers, condition: { if: "match", etag: '"x"' } } as const;
    expect(await objects().write("a", bytes(1), write)).toBeUndefined();
  });

  test("a conditional write whose answer was lost is not sent again, since the second would meet the first", async () => {
    server.answers("drop");
    const write = { headers, condition: { if: "absent" } } as const;
    expect(await failure(objects().write("a", bytes(1), write))).toMatchObject({
      code: "tier_unavailable",
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each(["drop", "hang up"] as const)(
    "any other request whose connection broke (%s) is sent once more",
    async (broken) => {
      server.answers(broken, stored);
      expect(await objects().write("a", bytes(1), { headers })).toBe('"e"');
      expect(server.requests).toHaveLength(2);
    },
  );

  test.each(["drop", "hang up"] as const)(
    "a connection that always breaks (%s) is unavailable, not late",
    async (broken) => {
      server.answers(broken);
      const error = await failure(objects().read("a"));
      expect(error).toMatchObject({ code: "tier_unavailable", retryable: true });
      expect(error.message).toContain("ECONNRESET");
    },
  );

  test("503 SlowDown is obeyed: no second request", async () => {
    server.answers(s3Error(503, "SlowDown"));
    const error = await failure(objects().read("a"));
    expect(error).toMatchObject({ code: "throttled", retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test("500 is tried once more, then the tier is unavailable", async () => {
    server.answers(s3Error(500, "InternalError"));
    expect(await failure(objects().read("a"))).toMatchObject({
      code: "tier_unavailable",
      retryable: true,
    });
    expect(server.requests).toHaveLength(2);
  });

  test.each(["InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "InvalidToken"])(
    "403 %s is auth, and final",
    async (code) => {
      server.answers(s3Error(403, code));
      expect(await failure(objects().read("a"))).toMatchObject({ code: "auth", retryable: false });
      expect(server.requests).toHaveLength(1);
    },
  );

  test("400 ExpiredToken says what to renew", async () => {
    server.answers(s3Error(400, "ExpiredToken", "<Token-0>top-secret-token</Token-0>"));
    const error = await failure(objects({ session_token: "top-secret-token" }).read("a"));
    expect(error).toMatchObject({ code: "auth", retryable: false });
    expect(error.message).toContain("renew");
    expect(
      JSON.stringify([error.message, String(error.cause), Object.entries(error.cause ?? {})]),
    ).not.toContain("top-secret-token");
  });

  test.each([
    ["301 PermanentRedirect", s3Error(301, "PermanentRedirect", "<Endpoint>x</Endpoint>")],
    [
      "400 AuthorizationHeaderMalformed",
      s3Error(400, "AuthorizationHeaderMalformed", "<Region>ap-south-1</Region>"),
    ],
  ])("%s names the region to configure", async (_, answer) => {
    if (typeof answer === "string") throw new Error("no answer");
    server.answers({
      ...answer,
      headers: { ...answer.headers, "x-amz-bucket-region": "ap-south-1" },
    });
    const error = await failure(objects().read("a"));
    expect(error).toMatchObject({ code: "invalid_config", retryable: false });
    expect(error.message).toContain("region: ap-south-1");
  });

  test.each(["EntityTooLarge", "MetadataTooLarge"])("400 %s is too_large", async (code) => {
    server.answers(s3Error(400, code));
    expect(await failure(objects().write("a", bytes(1), { headers }))).toMatchObject({
      code: "too_large",
      retryable: false,
    });
  });

  test("a missing bucket is named, with the command that makes it", async () => {
    server.answers(s3Error(404, "NoSuchBucket"));
    const error = await failure(objects().read("a"));
    expect(error).toMatchObject({ code: "tier_unavailable", retryable: false });
    expect(error.message).toContain(`aws s3 mb s3://${bench.name} --region eu-west-1`);
  });

  test("403 InvalidObjectState is archived; one restore is asked for, however many read", async () => {
    server.answers(({ method }) =>
      method === "POST" ? { status: 202 } : s3Error(403, "InvalidObjectState"),
    );
    const bucket = bench.bucket();
    const tier = bench.tier(bucket, undefined, { restore_archived: { days: 3, tier: "Bulk" } });
    for (let i = 0; i < 3; i++)
      expect(await tier.entries.getEntry("a", "t")).toEqual({ unreadable: "archived" });
    await settle();
    await tier[Symbol.asyncDispose]();
    const restores = server.requests.filter(({ method }) => method === "POST");
    expect(restores.map(({ path }) => path)).toEqual([`/${bench.name}/tenants/t/a?restore=`]);
    expect(restores[0]?.body.toString()).toMatch(/<Days>3<\/Days>.*<Tier>Bulk<\/Tier>/);
  });

  test("a read whose bytes are not what the checksum says is corrupt", async () => {
    server.answers({
      status: 200,
      headers: { etag: '"e"', "x-amz-checksum-crc32": "AAAAAA==" },
      body: "hello",
    });
    expect(await objects().read("a")).toBe("corrupt");
    const opened = await objects().open("a");
    if (typeof opened !== "object") throw new Error("not opened");
    const drained = (async () => {
      for await (const _ of opened.body);
    })();
    expect(await failure(drained)).toMatchObject({ code: "tier_unavailable" });
  });

  test("a checksum of parts' checksums is not taken for one of the body", async () => {
    server.answers({
      status: 200,
      headers: { etag: '"e"', "x-amz-checksum-crc32": "AAAAAA==-2" },
      body: "hello",
    });
    expect(await objects().read("a")).toMatchObject({ data: new TextEncoder().encode("hello") });
  });

  test("a body cut short is an error, never a shorter value", async () => {
    server.answers({
      status: 200,
      headers: { etag: '"e"', "content-length": "10" },
      body: "hello",
    });
    // Node closes the connection below the promised length.
    const read = failure(objects({ request_timeout: 0.3 }).read("a"));
    expect((await read).retryable).toBe(true);
  });
});
