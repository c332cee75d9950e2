/** @typedef {"killed" | "survived" | "broken"} Verdict broken: the mutant is no program, or its test is not there */

/** A mutant that is no sound program would turn any test red. */
const noProgram = /^\s*(?:SyntaxError|ReferenceError)\b/m;
/** So would a machine that is too busy, unless the mutant is known to make its test wait for ever. */
const tooLate = /Exceeded timeout of/;

/**
 * What became of a mutant, by what jest says of the test that has to notice it.
 *
 * @param {import("./jest-run.mjs").TestRun} run
 * @param {Pick<import("./mutant.mjs").Mutant, "test" | "hangs">} mutant
 * @returns {{ verdict: Verdict, why: string }}
 */
export function judge({ tests, trouble, hung = false }, { test: { name }, hangs }) {
  if (hung && hangs === true) return { verdict: "killed", why: trouble };
  if (trouble !== "") return { verdict: "broken", why: trouble };
  const named = tests.filter(({ fullName }) => fullName.includes(name));
  if (named.length === 0) return { verdict: "broken", why: `no test is called "${name}"` };
  const failed = named.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return { verdict: "survived", why: `"${name}" is green without it` };
  const isInVain = (/** @type {import("./jest-run.mjs").TestOutcome} */ { message }) =>
    noProgram.test(message) || (hangs !== true && tooLate.test(message));
  if (failed.every(isInVain)) return { verdict: "broken", why: first.message };
  return { verdict: "killed", why: first.message };
}
