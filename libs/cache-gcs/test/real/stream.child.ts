// Writes and reads a value of 256 MiB as a stream and prints by how much the process grew at most.
import { toPosition } from "@cogniverse/sdk";
import { gcsBackend } from "../../src/index.ts";
import { testContext } from "../support/context.ts";

const MIB = 2 ** 20;
const [endpoint = "", bucket = ""] = process.argv.slice(2);
const metadata = {
  logId: "log",
  asOf: toPosition(1),
  createdAt: 0,
  freshUntil: null,
  expiresAt: null,
  computeMs: 1,
  codec: "bytes",
  contentType: "application/octet-stream",
  encodings: [],
  decodedBytes: 256 * MIB,
  checksum: "",
  digest: "",
  tags: [],
  inherited: [],
  user: {},
};

async function* body(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 256; i++) yield new Uint8Array(MIB).fill(i);
}

const tier = await gcsBackend({ bucket, endpoint, manage_bucket: false }, testContext());
const before = process.memoryUsage.rss();
let most = before;
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
await tier.streams.putStream("k", body(), () => metadata, "t");
const written = most - before;
let bytes = 0;
for await (const part of (await tier.streams.getStream("k", "t"))?.body ?? [])
  bytes += part.byteLength;
clearInterval(watch);
await tier[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ bytes, written, most: most - before }));
