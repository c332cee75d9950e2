// What fake-gcs-server does not do, or does otherwise, is shown by what is sent to a scripted server in its place.
import { expect, test } from "@jest/globals";
import { checksumOf } from "../../src/objects/checksum.ts";
import { scripted, write } from "../support/scripted-client.ts";
import { jsonError } from "../support/scripted-gcs.ts";

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
