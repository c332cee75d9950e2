import type { Bytes } from "@cogniverse/sdk";

/** One part of a body, numbered from 1. `release`: nobody reads `data` any more, its memory may hold the next part. */
export type BodyPart = Readonly<{ number: number; data: Bytes; release: () => void }>;

/** Views of an array that is in memory anyway. */
export async function* sliceParts(data: Bytes, partBytes: number): AsyncGenerator<BodyPart, void> {
  for (let at = 0, number = 1; at < data.byteLength; at += partBytes, number++)
    yield { number, data: data.subarray(at, at + partBytes), release: () => undefined };
}

/** A stream cut into parts of `partBytes`; only the last is shorter. Memory: as many parts as are not released, and one. */
export async function* gatherParts(
  body: AsyncIterable<Bytes>,
  partBytes: number,
): AsyncGenerator<BodyPart, void> {
  const free: Uint8Array[] = [];
  let buffer: Uint8Array | undefined;
  let filled = 0;
  let number = 0;
  const part = (whole: Uint8Array, bytes: number): BodyPart => ({
    number: ++number,
    data: whole.subarray(0, bytes),
    release: () => free.push(whole),
  });
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength;) {
      buffer ??= free.pop() ?? new Uint8Array(partBytes);
      const taken = Math.min(partBytes - filled, chunk.byteLength - at);
      buffer.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < partBytes) continue;
      yield part(buffer, filled);
      buffer = undefined;
      filled = 0;
    }
  }
  if (buffer !== undefined) yield part(buffer, filled);
}

/** What `source` yields until the signal aborts; then it rejects with the reason at once, also while `source` keeps it waiting. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  // Nobody may be waiting when it comes.
  aborted.promise.catch(() => undefined);
  signal.addEventListener("abort", abort, { once: true });
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([iterator.next(), aborted.promise]);
      ended = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // Not awaited: it may be waiting itself.
    if (!ended) void iterator.return?.()?.then(undefined, () => undefined);
  }
}
