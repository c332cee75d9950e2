import type { Bytes } from "@cogniverse/sdk";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { formatCrc32, wholeCrc32 } from "./checksum.ts";

/** The body of an answer did not match its checksum: damaged on its way or where it is stored. */
class DamagedBody extends Error {
  override readonly name = "XAmzContentChecksumMismatch";
}

/** A body as it comes and what is said of it. `bytes`: its own length, where that is said. `crc32`: of exactly this body. */
export type IncomingBody = Readonly<{
  stream: Readable;
  bytes: number | undefined;
  crc32: string | undefined;
}>;

/**
 * The body whole, in an array of its own that is allocated once; `"corrupt"` where its checksum differs. Rejects where the connection breaks or
 * the body is shorter than was said.
 */
export async function collectBody(
  { stream, bytes, crc32: expected }: IncomingBody,
  signal: AbortSignal | undefined,
): Promise<Bytes | "corrupt"> {
  const data = await (bytes === undefined
    ? collectUnknown(stream, signal)
    : collectKnown(stream, bytes, signal));
  const whole = wholeCrc32(expected);
  return whole === undefined || formatCrc32(crc32(data)) === whole ? data : "corrupt";
}

/** The chunks of a body. Ends with {@link DamagedBody} instead of an end where its checksum differs. Leaving early closes the connection. */
export async function* streamBody(
  { stream, crc32: expected }: IncomingBody,
  signal: AbortSignal | undefined,
): AsyncGenerator<Bytes, void, undefined> {
  const whole = wholeCrc32(expected);
  const release = destroyOnAbort(stream, signal);
  let checksum = 0;
  try {
    for await (const chunk of stream) {
      const bytes = asBytes(chunk);
      if (whole !== undefined) checksum = crc32(bytes, checksum);
      yield bytes;
    }
    if (whole !== undefined && formatCrc32(checksum) !== whole)
      throw new DamagedBody("the body's CRC-32 is not what the service says it is");
  } finally {
    release();
    stream.destroy();
  }
}

/** Chunks are copied as they arrive, without the queue and the second copy that collecting and joining them take. */
function collectKnown(
  stream: Readable,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const release = destroyOnAbort(stream, signal);
    const data = new Uint8Array(bytes);
    let at = 0;
    const fail = (error: unknown): void => {
      release();
      stream.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    stream.on("data", (chunk: Uint8Array) => {
      if (at + chunk.byteLength > bytes) return fail(cutShort());
      data.set(chunk, at);
      at += chunk.byteLength;
    });
    stream.on("error", fail);
    stream.on("end", () => {
      if (at !== bytes) return fail(cutShort());
      release();
      resolve(data);
    });
    stream.on("close", () => {
      if (at !== bytes) fail(cutShort());
    });
  });
}

async function collectUnknown(stream: Readable, signal: AbortSignal | undefined): Promise<Bytes> {
  const chunks: Bytes[] = [];
  for await (const chunk of streamBody({ stream, bytes: undefined, crc32: undefined }, signal))
    chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function destroyOnAbort(stream: Readable, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => undefined;
  const destroy = (): void => {
    const { reason } = signal;
    stream.destroy(reason instanceof Error ? reason : new Error(String(reason)));
  };
  if (signal.aborted) destroy();
  else signal.addEventListener("abort", destroy, { once: true });
  return () => signal.removeEventListener("abort", destroy);
}

function cutShort(): Error {
  const error = new Error("the body has another length than was said");
  return Object.assign(error, { code: "ERR_STREAM_PREMATURE_CLOSE" });
}

function asBytes(chunk: unknown): Bytes {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("the body of an answer holds something else than bytes");
}
