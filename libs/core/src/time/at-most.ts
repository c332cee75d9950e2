import type { Clock } from "@cogniverse/sdk";

/** Waits for `work`, but no longer than `limitMs`. Resolves whether it was done by then; it goes on in any case. Rejects as `work` does. */
export async function atMost(
  clock: Clock,
  limitMs: number,
  work: Promise<unknown>,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = clock.after(limitMs, () => resolve(false), true);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer[Symbol.dispose]();
  }
}
