// What fake-gcs-server does not do, or does otherwise, is shown by what is sent to a scripted server in its place.
import { afterEach, expect, test } from "@jest/globals";
import type { ObjectWrite } from "@cogniverse/object-store";
import { Storage } from "@google-cloud/storage";
import { gcsBackend, type GcsOptions } from "../../src/index.ts";
import { checksumOf } from "../../src/objects/checksum.ts";
import { BucketBench } from "../support/bucket-bench.ts";
import { testContext } from "../support/context.ts";
import {
  jsonError,
  ScriptedGcs,
  xmlError,
  type RecordedRequest,
  type ScriptedAnswer,
} from "../support/scripted-gcs.ts";

const write: ObjectWrite = {
  headers: { contentType: "image/jpeg", metadata: { "cog-v": "1-abc" } },
};
const data = new Uint8Array([1, 2, 3]);
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function scripted(
  answer: (request: RecordedRequest) => ScriptedAnswer,
  options: Partial<GcsOptions> = {},
) {
  const server = await ScriptedGcs.start(answer);
  const bench = await BucketBench.at(server.place, { make: false });
  open.push(server, bench);
  return { server, bench, client: bench.client(options) };
}

function written(generation = "7"): ScriptedAnswer {
  return { status: 200, body: JSON.stringify({ name: "n", generation, crc32c: checksumOf(data) }) };
}

async function gathered(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

test("a write is one request with its condition, checksum, class and key of encryption", async () => {
  const { client, server, bench } = await scripted(() => written(), {
    kms_key_name: "projects/p/locations/l/keyRings/r/cryptoKeys/k",
    user_project: "payer",
  });
  const condition = { if: "match", etag: "41" } as const;
  expect(
    await client.write("a/b%2Fc", data, { ...write, storageClass: "NEARLINE", condition }),
  ).toBe("7");
  expect(server.requests).toHaveLength(1);
  const request = server.request();
  expect([request.method, request.path]).toEqual(["POST", `/upload/storage/v1/b/${bench.name}/o`]);
  expect(Object.fromEntries(request.query)).toMatchObject({
    uploadType: "multipart",
    ifGenerationMatch: "41",
    kmsKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k",
  });
  expect(request.headers["x-goog-user-project"]).toBe("payer");
  const resource: unknown = JSON.parse(/\{.*\}/.exec(request.body.toString("latin1"))?.[0] ?? "");
  expect(resource).toEqual({
    name: "a/b%2Fc",
    contentType: "image/jpeg",
    metadata: { "cog-v": "1-abc" },
    cacheControl: "no-cache, no-transform",
    storageClass: "NEARLINE",
    crc32c: checksumOf(data),
  });
  expect(request.body.includes(Buffer.from("\r\n\r\n\u0001\u0002\u0003\r\n--"))).toBe(true);
});

test("absent is generation 0, and an unmet condition no error", async () => {
  const { client, server } = await scripted(() => jsonError(412, "conditionNotMet", "no"));
  expect(await client.write("n", data, { ...write, condition: { if: "absent" } })).toBeUndefined();
  expect(server.request().query.get("ifGenerationMatch")).toBe("0");
  expect(server.requests).toHaveLength(1);
});

test("a conditional delete carries its generation", async () => {
  const { client, server } = await scripted(() => jsonError(412, "conditionNotMet", "no"));
  expect(await client.delete("n", "42")).toBe(false);
  expect(server.request().method).toBe("DELETE");
  expect(server.request().query.get("ifGenerationMatch")).toBe("42");
  await client.delete("n", "no generation");
  expect(server.request().query.get("ifGenerationMatch")).toBe("1");
});

test("a read is one GET through the XML API, whose headers hold all of the metadata", async () => {
  const { client, server, bench } = await scripted(() => ({
    status: 200,
    headers: {
      "x-goog-generation": "9",
      "x-goog-hash": [`crc32c=${checksumOf(data)}`, "md5=xyz"],
      "x-goog-stored-content-encoding": "gzip",
      "x-goog-stored-content-length": "3",
      "content-encoding": "gzip",
      "content-type": "application/json",
      "x-goog-meta-cog-v": "1-abc",
      "last-modified": "Sun, 22 Nov 2026 10:00:00 GMT",
    },
    body: data,
  }));
  const found = await client.read("a/b%2Fc d");
  expect(found).toEqual({
    info: {
      etag: "9",
      bytes: 3,
      modifiedAt: Date.UTC(2026, 10, 22, 10),
      headers: {
        contentType: "application/json",
        contentEncoding: "gzip",
        metadata: { "cog-v": "1-abc" },
      },
    },
    data,
  });
  expect(server.requests).toHaveLength(1);
  expect(server.request().path).toBe(`/${bench.name}/a/b%252Fc%20d`);
  expect(server.request().headers["accept-encoding"]).toBe("gzip");
});

test("a miss is one 404", async () => {
  const { client, server } = await scripted(() => xmlError(404, "NoSuchKey", "none"));
  expect(await client.read("n")).toBeUndefined();
  expect(server.requests).toHaveLength(1);
});

test("a missing bucket is no miss", async () => {
  const { client } = await scripted(() => xmlError(404, "NoSuchBucket", "none"));
  await expect(client.read("n")).rejects.toThrow(/gcloud storage buckets create gs:/);
});

test("a read with a generation that still holds is answered 304, by one request", async () => {
  const { client, server } = await scripted(() => ({ status: 304 }));
  expect(await client.read("n", { unless: "12" })).toBe("unchanged");
  expect(server.requests).toHaveLength(1);
  expect(server.request().query.get("ifGenerationNotMatch")).toBe("12");
});

test("bytes that are not what their checksum says are fetched once more, then corrupt", async () => {
  let bodies = ["xx", "ok"];
  const sum = checksumOf(Buffer.from("ok"));
  const { client } = await scripted(() => ({
    status: 200,
    headers: { "x-goog-hash": `crc32c=${sum}` },
    body: bodies.shift() ?? "xx",
  }));
  expect(await client.read("n")).toMatchObject({ data: new Uint8Array(Buffer.from("ok")) });
  bodies = [];
  expect(await client.read("n")).toBe("corrupt");
});

test("a stream whose bytes are not what their checksum says throws at its end", async () => {
  const { client } = await scripted(() => ({
    status: 200,
    headers: { "x-goog-hash": `crc32c=${checksumOf(data)}` },
    body: "xxx",
  }));
  const found = await client.open("n");
  if (typeof found !== "object") throw new Error("nothing");
  await expect(gathered(found.body)).rejects.toMatchObject({ code: "tier_unavailable" });
});

test("a body that is cut is sent for again, and never a shorter value", async () => {
  const headers = { "x-goog-hash": `crc32c=${checksumOf(data)}` };
  let cuts = 1;
  const { client, server } = await scripted(() => ({
    status: 200,
    headers,
    body: data,
    ...(cuts-- > 0 ? { cutAt: 2 } : {}),
  }));
  expect(await client.read("n")).toMatchObject({ data });
  expect(server.requests).toHaveLength(2);
  cuts = 100;
  await expect(client.read("n")).rejects.toMatchObject({
    code: "tier_unavailable",
    retryable: true,
  });
  const found = await client.open("n");
  if (typeof found !== "object") throw new Error("nothing");
  await expect(gathered(found.body)).rejects.toMatchObject({ code: "tier_unavailable" });
});

test("the service's refusal of damaged bytes is an error", async () => {
  const { client } = await scripted(() => ({
    status: 200,
    body: JSON.stringify({ generation: "7", crc32c: "AAAAAA==" }),
  }));
  await expect(client.write("n", data, write)).rejects.toThrow(/stored other bytes/);
});

test("what may pass is tried again, a few times; a conditional write only where it surely was not done", async () => {
  const { client, server } = await scripted(() => jsonError(503, "backendError", "later"), {
    max_retries: 2,
  });
  await expect(client.write("n", data, write)).rejects.toMatchObject({ retryable: true });
  expect(server.requests).toHaveLength(3);
  server.requests.length = 0;
  await expect(
    client.write("n", data, { ...write, condition: { if: "absent" } }),
  ).rejects.toMatchObject({ code: "tier_unavailable" });
  expect(server.requests).toHaveLength(1);
});

test("a throttled conditional write was not done, and is sent again", async () => {
  let refusals = 1;
  const { client, server } = await scripted(() =>
    refusals-- > 0 ? jsonError(429, "rateLimitExceeded", "slower") : written(),
  );
  expect(await client.write("n", data, { ...write, condition: { if: "absent" } })).toBe("7");
  expect(server.requests).toHaveLength(2);
});

test.each([
  [400, "userProjectMissing", "invalid_config", false],
  [401, "authError", "auth", false],
  [403, "forbidden", "auth", false],
  [403, "rateLimitExceeded", "throttled", true],
  [403, "retentionPolicyNotMet", "tier_unavailable", false],
  [408, "requestTimeout", "timeout", true],
  [413, "uploadTooLarge", "too_large", false],
  [429, "rateLimitExceeded", "throttled", true],
  [500, "internalError", "tier_unavailable", true],
  [503, "backendError", "tier_unavailable", true],
  [504, "", "tier_unavailable", true],
] as const)(
  "%i %s is `%s`, retryable %p, and says what and where",
  async (status, reason, code, retryable) => {
    const { client, bench } = await scripted(() => jsonError(status, reason, "because"), {
      max_retries: 0,
    });
    const refused = client.write("tenants/acme/a", data, write);
    await expect(refused).rejects.toMatchObject({ code, retryable });
    for (const part of [
      'Tier "cold"',
      "write",
      '"tenants/acme/a"',
      `gs://${bench.name}`,
      "because",
    ])
      await expect(refused).rejects.toThrow(part);
  },
);

test("a stream goes to an object of its own, which is rewritten with its headers and deleted", async () => {
  const sum = checksumOf(new Uint8Array(9 << 20));
  let rewrites = 0;
  const { client, server, bench } = await scripted(({ method, path, query, headers }) => {
    if (query.get("uploadType") === "resumable")
      return { status: 200, headers: { location: "http://elsewhere/upload/session?upload_id=s" } };
    if (path === "/upload/session")
      return String(headers["content-range"]).endsWith("/*")
        ? { status: 308, headers: { range: "bytes=0-8388607" } }
        : { status: 200, body: JSON.stringify({ name: "n", generation: "1", crc32c: sum }) };
    if (path.includes("/rewriteTo/"))
      return {
        status: 200,
        body: JSON.stringify(
          rewrites++ === 0
            ? { done: false, rewriteToken: "further" }
            : { done: true, resource: { generation: "77", crc32c: sum } },
        ),
      };
    return method === "DELETE" ? { status: 204 } : jsonError(500, "unexpected", path);
  });
  async function* body() {
    for (let i = 0; i < 9; i++) yield new Uint8Array(1 << 20);
  }
  expect(
    await client.upload("tenants/t/k", body(), () => write.headers, { storageClass: "COLDLINE" }),
  ).toBe("77");
  const [begin] = server.requests;
  expect(JSON.parse(String(begin?.body))).toMatchObject({ storageClass: "STANDARD" });
  const waiting = begin?.query.get("name") ?? "";
  expect(waiting).toMatch(/^uploads\//);
  const puts = server.requests.filter(({ method }) => method === "PUT");
  expect(puts.map(({ headers }) => headers["content-range"])).toEqual([
    "bytes 0-8388607/*",
    "bytes 8388608-9437183/9437184",
  ]);
  const rewrite = server.request(({ path }) => path.includes("/rewriteTo/"));
  expect(rewrite.path).toBe(
    `/storage/v1/b/${bench.name}/o/${encodeURIComponent(waiting)}/rewriteTo/b/${bench.name}/o/tenants%2Ft%2Fk`,
  );
  expect(rewrite.query.get("rewriteToken")).toBe("further");
  expect(JSON.parse(String(rewrite.body))).toMatchObject({
    contentType: "image/jpeg",
    metadata: { "cog-v": "1-abc" },
    storageClass: "COLDLINE",
  });
  expect(server.request().method).toBe("DELETE");
  expect(server.request().path).toContain(encodeURIComponent(waiting));
});

test("a resumable upload goes on where the service stopped", async () => {
  const large = new Uint8Array(9 << 20).fill(3);
  let failures = 1;
  const { client, server } = await scripted(
    ({ query, headers, path }) => {
      if (query.get("uploadType") === "resumable")
        return { status: 200, headers: { location: "/upload/session?upload_id=s" } };
      if (path !== "/upload/session") return jsonError(500, "unexpected", path);
      const range = String(headers["content-range"]);
      if (range === "bytes */*") return { status: 308, headers: { range: "bytes=0-1048575" } };
      if (failures-- > 0) return jsonError(503, "backendError", "later");
      if (!range.includes("9437183")) return { status: 308, headers: { range: "bytes=0-8388607" } };
      return { status: 200, body: JSON.stringify({ generation: "5", crc32c: checksumOf(large) }) };
    },
    { resumable_above_bytes: 1024 },
  );
  const condition = { if: "absent" } as const;
  expect(await client.write("n", large, { ...write, condition })).toBe("5");
  expect(server.requests[0]?.query.get("ifGenerationMatch")).toBe("0");
  expect(server.requests.slice(1).map(({ headers }) => headers["content-range"])).toEqual([
    "bytes 0-8388607/9437184",
    "bytes */*",
    "bytes 1048576-8388607/9437184",
    "bytes 8388608-9437183/9437184",
  ]);
});

test("deletions go by the hundred, and one that fails is an error", async () => {
  const answers = (count: number, status: string) =>
    Array.from(
      { length: count },
      () => `--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${status}\r\n\r\n`,
    ).join("");
  let status = "204 No Content";
  const { client, server } = await scripted(({ body }) => {
    const calls = body.toString().split("DELETE ").length - 1;
    return {
      status: 200,
      body: `${answers(calls - 1, "404 Not Found")}${answers(1, status)}--b--`,
    };
  });
  const names = Array.from({ length: 250 }, (_, i) => `n/${i}`);
  await client.deleteMany(names);
  expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill("/batch/storage/v1"));
  status = "403 Forbidden";
  await expect(client.deleteMany(["a", "b"])).rejects.toMatchObject({ code: "auth" });
});

test("tokens of the client library go with each request, and in no error", async () => {
  const { server, bench } = await scripted(({ path }) =>
    path.startsWith("/storage/v1")
      ? { status: 200, body: "{}" }
      : jsonError(401, "authError", "no"),
  );
  const storage = new Storage({
    apiEndpoint: server.place.endpoint,
    useAuthWithCustomEndpoint: true,
  });
  storage.authClient.getRequestHeaders = async () =>
    new Headers({ authorization: "Bearer marked-secret" });
  const options = { bucket: bench.name, manage_bucket: false };
  const refused: unknown = await gcsBackend(options, testContext(), storage).catch(
    (e: unknown) => e,
  );
  expect(server.request().headers.authorization).toBe("Bearer marked-secret");
  expect(refused).toMatchObject({ code: "auth" });
  expect(String(refused)).not.toContain("marked-secret");
});

test("credentials that cannot be had are `auth`, without what they were", async () => {
  const { server, bench } = await scripted(() => ({ status: 200, body: "{}" }));
  const key = { client_email: "sa@p.iam.gserviceaccount.com", private_key: "marked-secret" };
  const options = { ...bench.options(), credentials: key, max_retries: 0 };
  const refused = gcsBackend(options, testContext());
  await expect(refused).rejects.toMatchObject({ code: "auth" });
  await expect(refused).rejects.not.toThrow(/marked-secret/);
  expect(server.requests).toHaveLength(0);
});
