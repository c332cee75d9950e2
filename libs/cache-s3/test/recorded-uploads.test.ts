import { expect, test } from "@jest/globals";
import { BucketBench, SMALL_SIZES } from "./support/bucket-bench.ts";
import {
  ScriptedServer,
  type RecordedRequest,
  type ScriptedAnswer,
} from "./support/scripted-server.ts";

/** What S3 answers to the requests of a stream that goes up in parts and is copied under its name. */
function answer({ method, path, headers }: RecordedRequest): ScriptedAnswer {
  const xml = (body: string): ScriptedAnswer => ({
    status: 200,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  });
  if (method === "POST" && path.includes("?uploads"))
    return xml(
      "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
  if (method === "POST")
    return xml(
      "<CompleteMultipartUploadResult><ETag>&quot;e&quot;</ETag></CompleteMultipartUploadResult>",
    );
  if (headers["x-amz-copy-source"] !== undefined)
    return xml("<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>");
  return { status: method === "DELETE" ? 204 : 200, headers: { etag: '"e"' } };
}

test("on the recorded request: a stream is encrypted as configured from its first part on", async () => {
  await using server = await ScriptedServer.start();
  server.answers(answer);
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  const place = { endpoint: server.endpoint, region: "eu-west-1", credentials };
  await using bench = await BucketBench.at(place, { make: false });
  const options = {
    sse: "kms",
    sse_kms_key_id: "arn:aws:kms:k",
    storage_class: "STANDARD_IA",
  } as const;
  const { objects } = bench.bucket(options, SMALL_SIZES);
  await objects.upload(
    "tenants/t/a",
    (async function* () {
      for (let sent = 0; sent < 7; sent++) yield new Uint8Array(2 ** 20);
    })(),
    () => ({ contentType: "text/plain", metadata: {} }),
  );
  await objects.settled();
  const made = server.requests.filter(
    ({ path, headers }) => path.includes("?uploads") || headers["x-amz-copy-source"] !== undefined,
  );
  // A bucket may refuse what is not encrypted so, and the bytes lie below uploads/ for a while.
  expect(made.map(({ headers }) => headers["x-amz-server-side-encryption-aws-kms-key-id"])).toEqual(
    ["arn:aws:kms:k", "arn:aws:kms:k"],
  );
  expect(made.map(({ headers }) => headers["x-amz-storage-class"])).toEqual([
    undefined,
    "STANDARD_IA",
  ]);
});
