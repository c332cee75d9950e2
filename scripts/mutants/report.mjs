/** @typedef {import("./run-mutants.mjs").Result} Result */

/** @param {Result} result */
export function resultLine({ mutant, verdict, elapsedMs }) {
  const took = `${(elapsedMs / 1000).toFixed(1)} s`;
  return `${verdict} ${mutant.id} (${mutant.removes}) by ${mutant.test.file}: "${mutant.test.name}", ${took}`;
}

/**
 * @typedef {object} Totals
 * @property {number} total
 * @property {number} killed
 * @property {number} seconds
 *
 * @param {readonly Result[]} results
 * @param {number} elapsedMs
 * @returns {Totals}
 */
export function totalsOf(results, elapsedMs) {
  const killed = results.filter(({ verdict }) => verdict === "killed").length;
  return { total: results.length, killed, seconds: Math.round(elapsedMs / 1000) };
}

/**
 * @param {readonly Result[]} results
 * @param {Totals} totals
 */
export function resultsJson(results, totals) {
  const mutants = results.map(
    ({ mutant: { id, removes, file, test }, verdict, why, elapsedMs }) => ({
      id,
      removes,
      file,
      test,
      verdict,
      elapsedMs,
      why: verdict === "killed" ? "" : why,
    }),
  );
  return JSON.stringify({ ...totals, mutants }, null, 2);
}
