import { fail } from "node:assert/strict";
import {
  type Bytes,
  type CacheBackend,
  type Entry,
  type EntryMetadata,
  type EntryStore,
  isUnreadable,
  type StoredEntry,
  toPosition,
} from "@cogniverse/sdk";

/** Bytes that tell which ones they are: another `seed`, other bytes; no two neighbours are equal. */
export function sampleBytes(length: number, seed: number = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = sampleByte(i, seed);
  return bytes;
}

/** The byte at `i` of {@link sampleBytes}. */
export function sampleByte(i: number, seed: number = 0): number {
  return (i * 31 + (i >> 8) + seed * 7 + 1) & 255;
}

/** An entry as a cache manager would store it. */
export function sampleEntry(data: Bytes, changes: Partial<EntryMetadata> = {}): Entry {
  return {
    data,
    metadata: {
      logId: "0123456789abcdef0123456789abcdef",
      asOf: toPosition(5),
      createdAt: 1_735_689_600_000,
      freshUntil: null,
      expiresAt: null,
      computeMs: 12.5,
      codec: "bytes",
      contentType: "application/octet-stream",
      encodings: [],
      decodedBytes: data.byteLength,
      checksum: "crc32:00000000",
      digest: "",
      tags: [],
      inherited: [],
      user: {},
      ...changes,
    },
  };
}

/** The entry store of a backend that claims one. */
export function entriesOf(backend: CacheBackend): EntryStore {
  if (backend.entries === undefined) throw new Error("The backend claims `entries` and has none");
  return backend.entries;
}

/** The stored copy, or `undefined` where there is none to serve. */
export async function readEntry(
  backend: CacheBackend,
  key: string,
  tenantId: string,
): Promise<StoredEntry | undefined> {
  const answer = await entriesOf(backend).getEntry(key, tenantId);
  return answer === undefined || isUnreadable(answer) ? undefined : answer;
}

/** Fails unless both hold the same bytes. Says where they differ; a diff of a large array would take minutes. */
export function checkBytes(actual: Bytes | undefined, expected: Bytes): void {
  if (actual === undefined) fail("there are no bytes");
  if (Buffer.compare(actual, expected) === 0) return;
  const length = Math.max(actual.byteLength, expected.byteLength);
  let at = 0;
  while (at < length && actual[at] === expected[at]) at++;
  const lengths = `of ${actual.byteLength} bytes instead of ${expected.byteLength}`;
  fail(`byte ${at} is ${actual[at]} instead of ${expected[at]}, ${lengths}`);
}
