import { describe, expect, test } from "@jest/globals";
import { START, toPosition } from "@cogniverse/sdk";

describe("toPosition", () => {
  test("takes safe integers from 0 on", () => {
    for (const n of [0, 1, Number.MAX_SAFE_INTEGER]) expect(toPosition(n)).toBe(n);
    expect(START).toBe(0);
  });

  test("refuses what could not be counted on", () => {
    for (const n of [-1, 0.5, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER + 1])
      expect(() => toPosition(n)).toThrow(RangeError);
    // @ts-expect-error what a log read from elsewhere may hold
    expect(() => toPosition("7")).toThrow(RangeError);
  });
});
