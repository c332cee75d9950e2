import { openBucket } from "../src/bucket.ts";
import { resolveOptions, type S3Options } from "../src/options.ts";
import { serverContext } from "./support/context.ts";

/** Streams 256 MiB up and down, and prints by how many bytes the resident set grew at most. */
const MIB = 2 ** 20;
const MEBIBYTES = 256;

// What the test passes on is of that form.
const options = JSON.parse(process.argv[2] ?? "") as S3Options;
const { objects } = openBucket(resolveOptions(options), { context: serverContext() });
const chunk = new Uint8Array(MIB).fill(5);
await objects.write("warm-up", chunk, { headers: { contentType: "text/plain", metadata: {} } });
const start = process.memoryUsage.rss();
let peak = start;
const look = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));

async function* body(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < MEBIBYTES; sent++) {
    look();
    yield chunk.slice();
  }
}

await objects.upload("large", body(), () => ({ contentType: "text/plain", metadata: {} }));
const opened = await objects.open("large");
let bytes = 0;
if (typeof opened === "object")
  for await (const part of opened.body) {
    bytes += part.byteLength;
    look();
  }
await objects[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ bytes, grownBytes: peak - start }));
