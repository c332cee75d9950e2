import { CacheError, type Clock } from "@cogniverse/sdk";

/**
 * Runs `run` with a signal that aborts at the limit or with the caller's signal, and stops waiting then, whether `run` obeys or not.
 * Rejects with `timeout` at the limit and with the caller's reason at its abort.
 */
export function withTimeLimit<R>(
  clock: Clock,
  limitMs: number,
  what: string,
  run: (signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const controller = new AbortController();
    const stop = (reason: unknown): void => {
      controller.abort(reason);
      // A caller's reason is passed on as it is, whatever the caller chose to abort with.
      reject(reason);
    };
    if (signal?.aborted === true) return stop(signal.reason);
    const onAbort = (): void => stop(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = Number.isFinite(limitMs)
      ? clock.after(limitMs, () =>
          stop(
            new CacheError("timeout", `${what} did not answer within ${limitMs} ms`, {
              retryable: true,
            }),
          ),
        )
      : undefined;
    const done = (): void => {
      timer?.[Symbol.dispose]();
      signal?.removeEventListener("abort", onAbort);
    };
    start(run, controller.signal).then(resolve, reject).finally(done);
  });
}

async function start<R>(run: (signal: AbortSignal) => Promise<R>, signal: AbortSignal): Promise<R> {
  return run(signal);
}
