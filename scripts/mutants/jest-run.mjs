import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { run } from "../bootstrap/children.mjs";
import { toolCommand } from "../bootstrap/tools.mjs";
import { workspaceEnv } from "../bootstrap/workspace.mjs";
import { noServers } from "./workspace-copy.mjs";

/** Ends a test that is expected to wait for ever, and one that is not: it may be busy here. */
const hangingTimeoutMs = 10_000;
const testTimeoutMs = 120_000;
/** Ends jest where no time-out of a test can: a mutant that never gives the event loop up. */
const hangingLimitMs = 60_000;
const longestMs = 600_000;
const killed = 137;

/**
 * @typedef {object} TestRun what jest says of the tests of one file
 * @property {readonly TestOutcome[]} tests those that were run
 * @property {string} trouble why the file could not be run; "" where it could
 * @property {boolean} [hung] it did not come to an end
 *
 * @typedef {object} TestOutcome
 * @property {string} fullName
 * @property {"passed" | "failed"} status
 * @property {string} message of what failed
 */

/**
 * Runs tests of one file in a copy of the workspace.
 *
 * @param {string} folder the copy
 * @param {string} file from the root of the copy
 * @param {readonly string[]} names parts of the names of those to run
 * @param {{ hangs?: boolean }} [options] `hangs`: they are expected to wait for ever
 * @returns {Promise<TestRun>}
 */
export async function runTests(folder, file, names, { hangs = false } = {}) {
  const [libs = "", lib = ""] = file.split("/");
  const cwd = join(folder, libs, lib);
  const servers = await needsServers(folder, file);
  const outputFile = join(folder, "result.json");
  await rm(outputFile, { force: true });
  const [command, args] = toolCommand("jest", [
    "--runInBand",
    "--watchman=false",
    "--json",
    `--outputFile=${outputFile}`,
    `--testTimeout=${hangs ? hangingTimeoutMs : testTimeoutMs}`,
    ...(servers
      ? []
      : ["globalSetup", "globalTeardown"].map((one) => `--${one}=../../${noServers}`)),
    `--testNamePattern=${names.map(escaped).join("|")}`,
    "--runTestsByPath",
    relative(cwd, join(folder, file)),
  ]);
  const limitMs = hangs ? hangingLimitMs : longestMs;
  const { code, output } = await run(command, args, {
    cwd,
    env: workspaceEnv(),
    onOutput: () => undefined,
    limitMs,
  });
  const text = await readFile(outputFile, "utf8").catch(() => "");
  if (text !== "") return readResult(JSON.parse(text));
  if (code !== killed) return { tests: [], trouble: output.trim() };
  return { tests: [], trouble: `was killed after ${limitMs / 1000} s`, hung: true };
}

/**
 * @param {any} result of `jest --json`, whose form is documented there
 * @returns {TestRun}
 */
export function readResult(result) {
  const tests = [];
  let trouble = result.testResults.length === 0 ? "no test file was found" : "";
  for (const { assertionResults, message } of result.testResults) {
    for (const { fullName, status, failureMessages } of assertionResults)
      if (status === "passed" || status === "failed")
        tests.push({ fullName, status, message: failureMessages.join("\n") });
    // A file that could not be loaded has no tests, only what went wrong.
    if (assertionResults.length === 0) trouble = message;
  }
  return { tests, trouble };
}

/**
 * @param {string} folder
 * @param {string} file
 */
async function needsServers(folder, file) {
  if (/^libs\/cache-(redis|s3|gcs)\//.test(file)) return true;
  const text = await readFile(join(folder, file), "utf8");
  return text.includes("@cogniverse/test-servers");
}

/** @param {string} name */
function escaped(name) {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
