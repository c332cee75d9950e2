import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * One protection taken out of the sources, and the test that has to notice it.
 *
 * @typedef {object} Mutant
 * @property {string} id unique
 * @property {string} removes what no longer holds, in words
 * @property {string} file from the root of the workspace
 * @property {string} find text that stands in the file exactly once
 * @property {string} replace what stands there instead
 * @property {NamedTest} test
 * @property {true} [hangs] without the protection the test waits for ever
 *
 * @typedef {object} NamedTest
 * @property {string} file from the root of the workspace
 * @property {string} name part of a test's full name: what it describes, then its own title
 */

/**
 * Writes the mutant's file in a copy of the workspace. Resolves with how to put it back.
 *
 * @param {string} folder the copy
 * @param {Mutant} mutant
 * @returns {Promise<() => Promise<void>>}
 */
export async function applyMutant(folder, mutant) {
  const path = join(folder, mutant.file);
  const original = await readFile(path, "utf8");
  await writeFile(path, mutated(original, mutant));
  return () => writeFile(path, original);
}

/**
 * @param {string} source
 * @param {Mutant} mutant
 * @returns {string} throws unless the text stands there exactly once
 */
export function mutated(source, { id, file, find, replace }) {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `Mutant "${id}": its text stands ${parts.length - 1} times in ${file}, not once. Look where that protection is now.`,
    );
  }
  return parts.join(replace);
}

/** @param {readonly Mutant[]} mutants */
export function namedTests(mutants) {
  const tests = new Map(mutants.map(({ test }) => [`${test.file}\n${test.name}`, test]));
  return [...tests.values()];
}
