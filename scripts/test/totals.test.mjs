import { describe, expect, test } from "@jest/globals";
import { ciTotals, totalsLine, totalsOf, whyNotGreen } from "../results/totals.mjs";

describe("totalsOf", () => {
  test("counts a test file that could not be loaded as a failure", () => {
    const results = { ...noTests, numPassedTests: 3, numRuntimeErrorTestSuites: 1 };
    expect(totalsOf(results)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  test("counts planned tests as skipped", () => {
    const results = { ...noTests, numPendingTests: 2, numTodoTests: 1 };
    expect(totalsOf(results)).toEqual({ passed: 0, failed: 0, skipped: 3 });
  });
});

describe("totalsLine", () => {
  test("names skipped tests only where there are some", () => {
    expect(totalsLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
    expect(totalsLine({ passed: 1, failed: 2, skipped: 3 })).toBe("1 passed, 2 failed, 3 skipped");
  });
});

describe("whyNotGreen", () => {
  test.each([
    ["all passed", { passed: 1, failed: 0, skipped: 0 }, true, undefined],
    ["a failure", { passed: 9, failed: 2, skipped: 0 }, false, "2 failed"],
    ["nothing ran", { passed: 0, failed: 0, skipped: 0 }, false, "no test ran"],
    ["only skipped", { passed: 0, failed: 0, skipped: 4 }, false, "no test ran"],
    ["skipped at a desk", { passed: 1, failed: 0, skipped: 1 }, false, undefined],
    ["skipped in CI", { passed: 1, failed: 0, skipped: 1 }, true, expect.stringContaining("CI")],
  ])("%s", (_name, totals, ci, reason) => {
    expect(whyNotGreen(totals, { ci })).toEqual(reason);
  });
});

describe("ciTotals", () => {
  const green = { passed: 5, failed: 0, skipped: 1 };

  test("passes the totals of the tests on where the check is green", () => {
    expect(ciTotals({ check: { passed: 8, failed: 0, skipped: 0 }, test: green })).toEqual(green);
  });

  test("adds failed steps of the check", () => {
    const check = { passed: 6, failed: 2, skipped: 0 };
    expect(ciTotals({ check, test: green })).toEqual({ ...green, failed: 2 });
  });

  test("a command that did not get to its end is a failure", () => {
    expect(ciTotals({ check: undefined, test: green })).toEqual({ ...green, failed: 1 });
    expect(ciTotals({ check: undefined, test: undefined })).toMatchObject({ failed: 2 });
  });
});

const noTests = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};
