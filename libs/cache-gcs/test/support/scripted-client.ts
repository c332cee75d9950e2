import { afterEach } from "@jest/globals";
import type { ObjectWrite } from "@cogniverse/object-store";
import type { GcsOptions } from "../../src/index.ts";
import { checksumOf } from "../../src/objects/checksum.ts";
import { BucketBench } from "./bucket-bench.ts";
import { ScriptedGcs, type RecordedRequest, type ScriptedAnswer } from "./scripted-gcs.ts";

/** How the tests of recorded requests write: as a picture. */
export const write: ObjectWrite = {
  headers: { contentType: "image/jpeg", metadata: { "cog-v": "1-abc" } },
};
/** What they write and are answered, unless a test needs more of it. */
export const data = new Uint8Array([1, 2, 3]);

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

interface Scripted {
  readonly server: ScriptedGcs;
  readonly bench: BucketBench;
  readonly client: ReturnType<BucketBench["client"]>;
}

/** A client of a scripted server; both are closed after the test that asked for them. */
export async function scripted(
  answer: (request: RecordedRequest) => ScriptedAnswer,
  options: Partial<GcsOptions> = {},
): Promise<Scripted> {
  const server = await ScriptedGcs.start(answer);
  const bench = await BucketBench.at(server.place, { make: false });
  open.push(server, bench);
  return { server, bench, client: bench.client(options) };
}

/** The service's answer to a whole write of {@link data}. */
export function written(generation = "7"): ScriptedAnswer {
  return { status: 200, body: JSON.stringify({ name: "n", generation, crc32c: checksumOf(data) }) };
}
