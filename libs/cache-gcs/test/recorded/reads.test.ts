// What fake-gcs-server does not do, or does otherwise, is shown by what is sent to a scripted server in its place.
import { expect, test } from "@jest/globals";
import { checksumOf } from "../../src/objects/checksum.ts";
import { data, scripted } from "../support/scripted-client.ts";
import { xmlError } from "../support/scripted-gcs.ts";

async function gathered(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

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
