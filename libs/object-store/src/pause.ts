import type { BackendContext } from "@cogniverse/sdk";

/** Longest pause between two tries, in milliseconds. */
const LONGEST_MS = 1000;

/** A random part of 20, 40, 80... up to 1,000 ms, so that those who met once do not meet again. Rejects with the signal's reason. */
export async function pauseBefore(
  attempt: number,
  { clock, random }: Pick<BackendContext, "clock" | "random">,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const delayMs = random.next() * Math.min(LONGEST_MS, 20 * 2 ** attempt);
  using timer = clock.after(delayMs, resolve, true);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    timer[Symbol.dispose]();
  }
}
