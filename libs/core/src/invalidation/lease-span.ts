/**
 * How long after the beginning of a successful read of the log a node may serve (protocol rule 8): 0.98 D - 50 ms, which
 * leaves room for clocks that drift apart by 2 % and for a step between the check and the return. A log that only
 * this process can reach (D = 0) needs no lease.
 */
export function leaseSpanMs(leaseMs: number): number {
  return leaseMs === 0 ? Infinity : Math.max(0, 0.98 * leaseMs - 50);
}
