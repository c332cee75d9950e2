/**
 * Tests of core by a part of their names.
 *
 * @param {string} file below its folder of tests, without its ending
 * @returns {(name: string) => import("../mutant.mjs").NamedTest}
 */
export function inCore(file) {
  return (name) => ({ file: `libs/core/test/${file}.test.ts`, name });
}

/** @param {string} file of what core knows of invalidations */
export function invalidation(file) {
  return `libs/core/src/invalidation/${file}.ts`;
}

/** @param {string} file of core's operations */
export function manager(file) {
  return `libs/core/src/manager/${file}.ts`;
}
