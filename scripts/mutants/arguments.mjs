import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Failure } from "../bootstrap/failure.mjs";

export const usage = `npm run test:mutants [-- OPTIONS]

Takes one protection after the other out of a copy of the sources and shows that the test which is about it goes red.

  --only ID[,ID...]  these alone
  --jobs N           so many at a time; default: as many as there are cores
  --list             what there is, without running anything
  --json             the result on standard output, as JSON`;

/**
 * @typedef {object} Arguments
 * @property {readonly string[]} only empty: all
 * @property {number} jobs
 * @property {boolean} list
 * @property {boolean} json
 * @property {boolean} help
 *
 * @param {readonly string[]} args
 * @returns {Arguments} throws a `Failure` that says what is wrong
 */
export function parse(args) {
  const { only, jobs, ...flags } = valuesOf(args);
  const count = Number(jobs);
  if (!Number.isInteger(count) || count < 1)
    throw new Failure(`--jobs ${jobs}: a whole number above 0.\n\n${usage}`);
  return { only: only === "" ? [] : only.split(","), jobs: count, ...flags };
}

/** @param {readonly string[]} args */
function valuesOf(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", default: "" },
        jobs: { type: "string", default: String(availableParallelism()) },
        list: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new Failure(`${String(error)}\n\n${usage}`);
  }
}
