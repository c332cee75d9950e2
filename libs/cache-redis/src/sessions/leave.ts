import type { Clock } from "@cogniverse/sdk";

/** Who is told so late that somebody left has waited long enough: the others find out after D. */
const MOST_MS = 1000;

/** Runs `leave` with a signal that aborts after a second. Never rejects: who is not told waits for D once. */
export async function leaveInTime(
  clock: Clock,
  leave: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const end = new AbortController();
  const timer = clock.after(MOST_MS, () => end.abort(new Error("it took too long")), true);
  try {
    await leave(end.signal);
  } catch {
    // See above.
  } finally {
    timer[Symbol.dispose]();
  }
}
