import { type Bytes, type CacheBackend, isUnreadable, type StreamStore } from "@cogniverse/sdk";
import type { entryBackend } from "@cogniverse/testkit";

/** Streams over an entry store: whole values in memory, but with the behaviour of those that are not. */
export function streamStore(
  inner: Pick<ReturnType<typeof entryBackend>, "entries">,
): NonNullable<CacheBackend["streams"]> {
  return {
    async getStream(key, tenantId, range, call) {
      const copy = await inner.entries.getEntry(key, tenantId, call);
      if (copy === undefined || isUnreadable(copy)) return undefined;
      const data = range === undefined ? copy.data : copy.data.subarray(...range);
      return {
        metadata: copy.metadata,
        etag: copy.etag,
        body: (async function* () {
          for (let at = 0; at < data.byteLength; at += 65_536) {
            call?.signal?.throwIfAborted();
            yield data.subarray(at, at + 65_536);
          }
        })(),
      };
    },
    async putStream(key, body, seal, tenantId, call) {
      const data = await collected(body, call?.signal);
      return inner.entries.putEntry(key, { data, metadata: seal() }, tenantId);
    },
  } satisfies StreamStore;
}

async function collected(
  body: AsyncIterable<Bytes>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const source = body[Symbol.asyncIterator]();
  const parts: Bytes[] = [];
  try {
    for (;;) {
      const next = await Promise.race([source.next(), aborted.promise]);
      if (next.done === true) return new Uint8Array(Buffer.concat(parts));
      parts.push(next.value);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    void source.return?.();
  }
}
