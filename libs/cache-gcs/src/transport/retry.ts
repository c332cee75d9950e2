import { CacheError, type Clock, type Random } from "@cogniverse/sdk";

/**
 * When a failed attempt may be made again. `always`: it changes nothing, or the same thing twice; `refused`: only where the service
 * surely did not do it, since the answer tells whether this very attempt did.
 */
export type Repeatable = "always" | "refused";

/** `maxRetries`: attempts after the first; none begins after `totalMs`. */
export type RetryPolicy = Readonly<{
  maxRetries: number;
  totalMs: number;
  clock: Clock;
  random: Random;
}>;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** Attempts until one succeeds, in the truncated exponential back-off with jitter that the service asks for. */
export async function withRetries<T>(
  policy: RetryPolicy,
  repeatable: Repeatable,
  signal: AbortSignal | undefined,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  const begun = policy.clock.monotonic();
  for (let number = 0; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (signal?.aborted === true || number >= policy.maxRetries) throw error;
      if (!CacheError.isInstance(error) || !mayRepeat(error, repeatable)) throw error;
      const delayMs = delayOf(number, policy.random);
      if (policy.clock.monotonic() - begun + delayMs > policy.totalMs) throw error;
      await pause(policy.clock, delayMs, signal);
    }
  }
}

function mayRepeat(error: CacheError, repeatable: Repeatable): boolean {
  return error.code === "throttled" || (repeatable === "always" && error.retryable);
}

function delayOf(number: number, random: Random): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** number, LONGEST_DELAY_MS);
  return full * (0.5 + random.next() / 2);
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      timer[Symbol.dispose]();
      // The reason belongs to whoever aborted, and may be no Error.
      reject(signal?.reason);
    };
    const timer = clock.after(
      delayMs,
      () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      },
      true,
    );
    signal?.addEventListener("abort", stop, { once: true });
  });
}
