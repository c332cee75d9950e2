import { type Bytes, CacheError, isUnreadable } from "@cogniverse/sdk";
import { fine, problem, type Probe } from "./probe.ts";
import { probeBytes, sameBytes } from "./probe-bytes.ts";
import { PROBE_TENANT, type ProbeGround } from "./probe-ground.ts";

const BATCH = 5;
const CHUNK = 64 * 1024;
const CHUNKS = 4;
const WRONG = "the backend does not do what it says it can: report it, with this output";

const batch: Probe = {
  check: "batch",
  applies: ({ backend }) => backend.batch !== undefined,
  async run(ground) {
    const keys = Array.from({ length: BATCH }, (_, at) => ground.key(`batch/${at}`));
    // The last one stays absent.
    for (const [at, key] of keys.slice(0, -1).entries())
      await ground.write(key, ground.entry(probeBytes(1000, at), `batch ${at}`));
    const answers = await ground.call("A batch", async (call) =>
      ground.backend.batch?.getEntries(keys, PROBE_TENANT, call),
    );
    const right = keys.every((_, at) => {
      const answer = answers?.[at];
      if (at === BATCH - 1) return answer === undefined;
      if (answer === undefined || CacheError.isInstance(answer) || isUnreadable(answer))
        return false;
      return sameBytes(answer.data, probeBytes(1000, at));
    });
    return right && answers?.length === BATCH
      ? fine(`${BATCH} keys in one call, in their order`)
      : problem("a batch does not answer what single reads do, key by key", WRONG);
  },
};

const range: Probe = {
  check: "stream and range",
  applies: ({ backend }) => backend.streams !== undefined,
  async run(ground) {
    const key = ground.key("stream");
    const whole = probeBytes(CHUNK * CHUNKS, 5);
    const { metadata } = ground.entry(whole, "stream");
    const etag = await ground.call("A streamed write", async (call) =>
      ground.backend.streams?.putStream(key, chunksOf(whole), () => metadata, PROBE_TENANT, call),
    );
    if (etag === undefined) return problem("a streamed write was refused", WRONG);
    for (const [from, to] of [
      [0, whole.byteLength],
      [CHUNK - 1, CHUNK + 1],
      [whole.byteLength - 1, whole.byteLength],
    ] as const) {
      const read = await readRange(ground, key, [from, to]);
      if (read === undefined || !sameBytes(read, whole.slice(from, to)))
        return problem(`bytes ${from} to ${to} of a stream are not what was written`, WRONG);
    }
    return fine("written by chunks, read whole and by ranges");
  },
};

async function* chunksOf(whole: Uint8Array<ArrayBuffer>): AsyncIterable<Bytes> {
  for (let at = 0; at < whole.byteLength; at += CHUNK) yield whole.slice(at, at + CHUNK);
}

function readRange(
  ground: ProbeGround,
  key: string,
  bounds: readonly [number, number],
): Promise<Bytes | undefined> {
  return ground.call("A read of a range", async (call) => {
    const stream = await ground.backend.streams?.getStream(key, PROBE_TENANT, bounds, call);
    if (stream === undefined) return undefined;
    const parts: Bytes[] = [];
    for await (const part of stream.body) parts.push(part);
    return new Uint8Array(Buffer.concat(parts));
  });
}

/** What a backend need not do, and must do right where it says that it does. */
export const CAPABILITY_PROBES: readonly Probe[] = [batch, range];
