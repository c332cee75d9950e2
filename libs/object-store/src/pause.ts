import type { BackendContext, Clock } from "@cogniverse/sdk";

/** Longest random pause between two tries, in milliseconds. */
const LONGEST_MS = 1000;

/** A random part of 20, 40, 80... up to 1,000 ms, so that those who met once do not meet again. Rejects with the signal's reason. */
export async function pauseBefore(
  attempt: number,
  { clock, random }: Pick<BackendContext, "clock" | "random">,
  signal?: AbortSignal,
): Promise<void> {
  await pause(random.next() * Math.min(LONGEST_MS, 20 * 2 ** attempt), clock, signal);
}

/** Resolves after `delayMs`; somebody waits for it. Rejects with the signal's reason. */
export async function pause(
  delayMs: number,
  clock: Pick<Clock, "after">,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.after(delayMs, resolve, true);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    timer[Symbol.dispose]();
  }
}
