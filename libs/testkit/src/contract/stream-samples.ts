import { ok } from "node:assert/strict";
import type { Bytes, CacheBackend, EntryMetadata, StreamStore } from "@cogniverse/sdk";
import { sampleBytes, sampleEntry } from "./samples.ts";

/** Size of the chunks that a body is made of. */
export const CHUNK = 100_000;

/** What ten chunks hold together. */
export const whole: Uint8Array<ArrayBuffer> = sampleBytes(10 * CHUNK);

/** Metadata of {@link whole}. */
export const metadata: EntryMetadata = sampleEntry(whole).metadata;

/** The streams of a backend that claims them. */
export function streamsOf(backend: CacheBackend): StreamStore {
  if (backend.streams === undefined) throw new Error("The backend claims `streams` and has none");
  return backend.streams;
}

/** The first `count` chunks of {@link whole}; `end` is called when they are through. */
export async function* chunks(
  count: number,
  end: () => void = () => undefined,
): AsyncGenerator<Bytes> {
  for (let i = 0; i < count; i++) yield whole.slice(i * CHUNK, (i + 1) * CHUNK);
  end();
}

/** Stores {@link whole} as "a". */
export async function putWhole(backend: CacheBackend): Promise<string> {
  const etag = await streamsOf(backend).putStream("a", chunks(10), () => metadata, "t");
  ok(etag !== undefined, "a stream was refused");
  return etag;
}

/** What a stream of "a" holds. */
export async function read(
  backend: CacheBackend,
  range?: readonly [number, number],
): Promise<Uint8Array | undefined> {
  const stream = await streamsOf(backend).getStream("a", "t", range);
  if (stream === undefined) return undefined;
  const parts: Bytes[] = [];
  for await (const chunk of stream.body) parts.push(chunk);
  return Buffer.concat(parts);
}
