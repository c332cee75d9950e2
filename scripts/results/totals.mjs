/**
 * @typedef {object} Totals
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 *
 * @typedef {object} RunTotals the numbers of a jest run that count here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {number} numRuntimeErrorTestSuites
 */

/**
 * @param {RunTotals} results
 * @returns {Totals} a test file that could not even be loaded counts as one failure
 */
export function totalsOf(results) {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/**
 * @param {Totals} totals
 * @returns {string} `N passed, N failed`, and `, N skipped` where some were
 */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * @param {{ check: Totals | undefined, test: Totals | undefined }} results `undefined` for a
 *   command that did not get to its end
 * @returns {Totals} tests, with each failed step of the check and each unfinished command as one
 *   failure more
 */
export function ciTotals({ check, test }) {
  const checkFailures = check?.failed ?? 1;
  return test
    ? { ...test, failed: test.failed + checkFailures }
    : { passed: 0, failed: checkFailures + 1, skipped: 0 };
}

/**
 * A run that tested nothing is no success; neither is, in continuous integration, one that left
 * tests out, for there everything they need has to be present.
 *
 * @param {Totals} totals
 * @param {{ ci: boolean }} where
 * @returns {string | undefined} why the run does not count as a success
 */
export function whyNotGreen({ passed, failed, skipped }, { ci }) {
  if (failed > 0) return `${failed} failed`;
  if (passed === 0) return "no test ran";
  if (ci && skipped > 0) return "tests were skipped although CI is set";
  return undefined;
}
