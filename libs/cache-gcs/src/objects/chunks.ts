import type { Bytes } from "@cogniverse/sdk";

/** Bytes of `size`, or what is left where `last`. */
export type Chunk = Readonly<{ data: Bytes; last: boolean }>;

/** A body cut anew into equal chunks. Disposing ends the body early; an abort rejects with the signal's reason, whatever the body waits for. */
export function chunksOf(
  body: AsyncIterable<Bytes>,
  size: number,
): AsyncDisposable & { next(signal: AbortSignal | undefined): Promise<Chunk> } {
  const parts = body[Symbol.asyncIterator]();
  let rest: Bytes = new Uint8Array(0);
  let ended = false;

  async function next(signal: AbortSignal | undefined): Promise<Chunk> {
    const data = new Uint8Array(size);
    let filled = 0;
    for (;;) {
      const taken = rest.subarray(0, size - filled);
      data.set(taken, filled);
      filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (filled === size && rest.byteLength > 0) return { data, last: false };
      // A full chunk is the last one if the body ends now: ask before saying so.
      const part = await abortable(parts.next(), signal);
      if (part.done === true) {
        ended = true;
        return { data: data.subarray(0, filled), last: true };
      }
      rest = part.value;
    }
  }

  return {
    next,
    async [Symbol.asyncDispose]() {
      // The body may be in the middle of what an abort did not wait for.
      if (!ended) void parts.return?.().catch(() => undefined);
    },
  };
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // The reason belongs to whoever aborted, and may be no Error.
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
