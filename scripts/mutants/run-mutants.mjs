import { applyMutant, namedTests } from "./mutant.mjs";
import { runTests } from "./jest-run.mjs";
import { judge } from "./verdict.mjs";
import { copyWorkspace } from "./workspace-copy.mjs";

/**
 * @typedef {import("./mutant.mjs").Mutant} Mutant
 *
 * @typedef {object} Result
 * @property {Mutant} mutant
 * @property {import("./verdict.mjs").Verdict} verdict
 * @property {string} why
 * @property {number} elapsedMs
 */

/**
 * Runs the named tests of the sources as they are.
 *
 * @param {string} folder a copy of the workspace
 * @param {readonly Mutant[]} mutants
 * @param {(line: string) => void} note
 * @returns {Promise<readonly string[]>} what is wrong with tests that are not green
 */
export async function redBefore(folder, mutants, note) {
  const tests = namedTests(mutants);
  const wrong = [];
  for (const file of new Set(tests.map((test) => test.file))) {
    note(file);
    const names = tests.filter((test) => test.file === file).map(({ name }) => name);
    const run = await runTests(folder, file, names);
    if (run.trouble !== "") wrong.push(`${file}: ${run.trouble}`);
    for (const { fullName, message } of run.tests.filter(({ status }) => status === "failed"))
      wrong.push(`${file}: "${fullName}" is red as it is\n${message}`);
    for (const name of names)
      if (run.trouble === "" && !run.tests.some(({ fullName }) => fullName.includes(name)))
        wrong.push(`${file}: no test is called "${name}"`);
  }
  return wrong;
}

/**
 * Applies one mutant after the other and runs its test; `folders.length` of them at a time, each in its own copy.
 *
 * @param {readonly string[]} folders copies of the workspace
 * @param {readonly Mutant[]} mutants
 * @param {(result: Result) => void} tell
 * @returns {Promise<readonly Result[]>} in the order of `mutants`
 */
export async function runMutants(folders, mutants, tell) {
  /** @type {Result[]} */
  const results = [];
  const waiting = [...mutants.entries()];
  const work = async (/** @type {string} */ folder) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, mutant] = next;
      const result = await runOne(folder, mutant);
      results[index] = result;
      tell(result);
    }
  };
  await Promise.all(folders.map(work));
  return results;
}

/** @param {number} jobs */
export function copies(jobs) {
  return Promise.all(Array.from({ length: jobs }, () => copyWorkspace()));
}

/**
 * @param {string} folder
 * @param {Mutant} mutant
 * @returns {Promise<Result>}
 */
async function runOne(folder, mutant) {
  const startedAt = performance.now();
  const putBack = await applyMutant(folder, mutant);
  try {
    const { test, hangs = false } = mutant;
    const run = await runTests(folder, test.file, [test.name], { hangs });
    const elapsedMs = Math.round(performance.now() - startedAt);
    return { mutant, ...judge(run, mutant), elapsedMs };
  } finally {
    await putBack();
  }
}
