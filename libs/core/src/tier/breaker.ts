/** closed: calls pass; open: none do until the pause is over; probing: one is on its way to find out. */
export type BreakerState =
  | Readonly<{ kind: "closed"; failures: number }>
  | Readonly<{ kind: "open"; until: number }>
  | Readonly<{ kind: "probing"; until: number }>;

/** How many failures in a row open a breaker and for how long, in milliseconds. */
export interface BreakerLimits {
  readonly failures: number;
  readonly pauseMs: number;
}

/** The state before any call. */
export const CLOSED: BreakerState = { kind: "closed", failures: 0 };

/** The state in which a call may be made now, or `undefined` where it may not. `nowMs` is monotonic. A probe that never came back is replaced after another pause. */
export function admit(
  state: BreakerState,
  nowMs: number,
  limits: BreakerLimits,
): BreakerState | undefined {
  if (state.kind === "closed") return state;
  return nowMs < state.until ? undefined : { kind: "probing", until: nowMs + limits.pauseMs };
}

/** The state after a call that went well. */
export function succeeded(state: BreakerState): BreakerState {
  return state.kind === "closed" && state.failures === 0 ? state : CLOSED;
}

/** The state after a call that failed. */
export function failed(state: BreakerState, nowMs: number, limits: BreakerLimits): BreakerState {
  if (state.kind === "open") return state;
  const failures = state.kind === "closed" ? state.failures + 1 : limits.failures;
  return failures >= limits.failures
    ? { kind: "open", until: nowMs + limits.pauseMs }
    : { kind: "closed", failures };
}
