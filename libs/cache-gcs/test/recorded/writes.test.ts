// What fake-gcs-server does not do, or does otherwise, is shown by what is sent to a scripted server in its place.
import { expect, test } from "@jest/globals";
import { checksumOf } from "../../src/objects/checksum.ts";
import { data, scripted, write, written } from "../support/scripted-client.ts";
import { jsonError } from "../support/scripted-gcs.ts";

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

test("the service's refusal of damaged bytes is an error", async () => {
  const { client } = await scripted(() => ({
    status: 200,
    body: JSON.stringify({ generation: "7", crc32c: "AAAAAA==" }),
  }));
  await expect(client.write("n", data, write)).rejects.toThrow(/stored other bytes/);
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
