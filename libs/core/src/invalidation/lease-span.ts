import type { Clock, InvalidationLog } from "@cogniverse/sdk";

/**
 * How long after the beginning of a successful read of the log a node may serve (protocol rule 8): 0.98 D - 50 ms, which
 * leaves room for clocks that drift apart by 2 % and for a step between the check and the return. A log that only
 * this process can reach (D = 0) needs no lease.
 */
export function leaseSpanMs(leaseMs: number): number {
  return leaseMs === 0 ? Infinity : Math.max(0, 0.98 * leaseMs - 50);
}

/** When a read of the log began, and the D that held then. */
export type ReadStart = Readonly<{ monotonic: number; wall: number; leaseMs: number }>;

/** To be called before the request is sent: what the log says was true at some moment after this. */
export function startReading(
  clock: Clock,
  { leaseMs }: Pick<InvalidationLog, "leaseMs">,
): ReadStart {
  return { monotonic: clock.monotonic(), wall: clock.now(), leaseMs };
}

/**
 * The shorter of two D, of which 0 is the longest. A D that grew while the log was read says nothing about that read: whoever appended just after
 * its answer was made may have waited for the D before.
 */
export function shorterLeaseMs(a: number, b: number): number {
  return a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);
}

/** Milliseconds since the read began, on the clock that shows more of them where other machines append; 0 where this process alone does. */
export function ageMs(
  start: ReadStart,
  { clock, log }: Readonly<{ clock: Clock; log: Pick<InvalidationLog, "leaseMs" | "sharesClock"> }>,
): number {
  if (log.leaseMs === 0) return 0;
  const age = clock.monotonic() - start.monotonic;
  return log.sharesClock === true ? age : Math.max(age, clock.now() - start.wall);
}
