import { saveTotals } from "./result-files.mjs";
import { totalsOf } from "./totals.mjs";

/** Jest reporter that leaves the totals for the script that started jest. */
export default class TotalsReporter {
  /**
   * @param {unknown} _contexts
   * @param {import("./totals.mjs").RunTotals} results
   */
  onRunComplete(_contexts, results) {
    saveTotals("test", totalsOf(results));
  }
}
