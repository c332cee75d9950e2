import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolsDir } from "../bootstrap/paths.mjs";

const resultsDir = join(toolsDir, "results");

/** @typedef {"check" | "test"} Command */

/**
 * @param {Command} command
 * @param {import("./totals.mjs").Totals} totals
 */
export function saveTotals(command, totals) {
  mkdirSync(resultsDir, { recursive: true });
  writeFileSync(fileOf(command), JSON.stringify(totals));
}

/** @param {Command} command */
export function forgetTotals(command) {
  rmSync(fileOf(command), { force: true });
}

/**
 * @param {Command} command
 * @returns {import("./totals.mjs").Totals | undefined} `undefined` where the command did not get to its end
 */
export function savedTotals(command) {
  try {
    return JSON.parse(readFileSync(fileOf(command), "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {Command} command */
function fileOf(command) {
  return join(resultsDir, `${command}.json`);
}
