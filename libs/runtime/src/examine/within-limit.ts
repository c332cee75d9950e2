import { CacheError, type Call, type Clock } from "@cogniverse/sdk";

/** How long a call may take and who may end it before. */
export type Limit = Readonly<{ clock: Clock; limitMs: number; signal?: AbortSignal | undefined }>;

/**
 * What `run` comes to, unless the limit (rejects with `timeout`, naming `what`) or the signal (rejects with its reason) is first, whether `run` obeys
 * its signal or not.
 */
export async function withinLimit<R>(
  what: string,
  { clock, limitMs, signal }: Limit,
  run: (call: Call) => Promise<R>,
): Promise<R> {
  signal?.throwIfAborted();
  const own = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown): void => {
    own.abort(reason);
    reject(reason);
  };
  const interrupted = (): void => end(signal?.reason);
  signal?.addEventListener("abort", interrupted, { once: true });
  const message = `${what} did not answer within ${limitMs} ms`;
  const timer = clock.after(
    limitMs,
    () => end(new CacheError("timeout", message, { retryable: true })),
    true,
  );
  try {
    return await Promise.race([run({ signal: own.signal }), ended]);
  } finally {
    timer[Symbol.dispose]();
    signal?.removeEventListener("abort", interrupted);
  }
}
