import type { Call } from "./call.ts";

/** The right to compute one key, held by one process of the fleet. Disposing gives it back. */
export interface Lease extends AsyncDisposable {
  /** Grows with each holder of the same key. */
  readonly fence: number;
  /** Aborts when the lease is lost before it was given back. */
  readonly signal: AbortSignal;
}

/** Leases across processes. They give efficiency; correctness comes from positions. */
export interface LeaseStore {
  /** `undefined` where another holds it. The holder's heartbeat extends it until it is disposed. */
  acquire(key: string, tenantId: string, ttlMs: number, call?: Call): Promise<Lease | undefined>;
}
