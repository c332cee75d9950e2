import type { Clock } from "@cogniverse/sdk";

/** Resolves once the monotonic clock stands at `untilMs` or later; timers that fire early are set again. Rejects with the signal's reason. */
export function atLeast(clock: Clock, untilMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: Disposable | undefined;
    const stop = (): void => {
      timer?.[Symbol.dispose]();
      // The caller's own reason.
      reject(signal?.reason);
    };
    const look = (): void => {
      const left = untilMs - clock.monotonic();
      if (left > 0) timer = clock.after(Math.ceil(left), look, true);
      else {
        signal?.removeEventListener("abort", stop);
        resolve();
      }
    };
    if (signal?.aborted === true) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    look();
  });
}
