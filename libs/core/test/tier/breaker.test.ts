import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { admit, CLOSED, failed, succeeded, type BreakerState } from "../../src/tier/breaker.ts";

const limits = { failures: 3, pauseMs: 100 };

function after(failures: number, at: number): BreakerState {
  let state: BreakerState = CLOSED;
  for (let i = 0; i < failures; i++) state = failed(state, at, limits);
  return state;
}

describe("breaker", () => {
  test("opens at the limit and not before", () => {
    expect(admit(after(2, 0), 0, limits)).toEqual({ kind: "closed", failures: 2 });
    expect(after(3, 0)).toEqual({ kind: "open", until: 100 });
    expect(admit(after(3, 0), 99, limits)).toBeUndefined();
  });

  test("a success between starts the count anew", () => {
    expect(failed(succeeded(after(2, 0)), 0, limits)).toEqual({ kind: "closed", failures: 1 });
  });

  test("after the pause one call probes and the others wait for it", () => {
    const probing = admit(after(3, 0), 100, limits);
    expect(probing).toEqual({ kind: "probing", until: 200 });
    expect(admit(probing ?? CLOSED, 150, limits)).toBeUndefined();
    expect(succeeded(probing ?? CLOSED)).toBe(CLOSED);
    expect(failed(probing ?? CLOSED, 160, limits)).toEqual({ kind: "open", until: 260 });
  });

  test("a probe that never came back is replaced", () => {
    const lost = admit(after(3, 0), 100, limits) ?? CLOSED;
    expect(admit(lost, 200, limits)).toEqual({ kind: "probing", until: 300 });
  });

  test("calls that were sent before it opened do not make the pause longer", () => {
    expect(failed(after(3, 0), 50, limits)).toEqual({ kind: "open", until: 100 });
  });

  test("whatever happens, it lets a call through at least once a pause", () => {
    const event = fc.record({ passed: fc.nat(150), fails: fc.boolean() });
    const opensAgain = fc.property(fc.array(event), (events) => {
      let state: BreakerState = CLOSED;
      let now = 0;
      for (const { passed, fails } of events) {
        now += passed;
        const admitted = admit(state, now, limits);
        if (admitted !== undefined)
          state = fails ? failed(admitted, now, limits) : succeeded(admitted);
        else if (admit(state, now + limits.pauseMs, limits) === undefined) return false;
      }
      return true;
    });
    expect(() => fc.assert(opensAgain)).not.toThrow();
  });
});
