import { spawn } from "node:child_process";
import { constants } from "node:os";

const groups = process.platform !== "win32";
const killAfterMs = 5000;
// npm and the terminal both deliver a Ctrl-C, so that one key press arrives twice.
const samePressMs = 1000;

/**
 * Children with what a signal for each of them is sent to; a negative number is a process group.
 *
 * @type {Map<import("node:child_process").ChildProcess, number>}
 */
const running = new Map();
/** @type {number | undefined} */
let interruptedAt;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(chunk: string) => void} [onOutput] takes standard output and error as they come;
 *   without it the child writes to the terminal itself
 * @property {boolean} [interactive] leaves the child in this process group, so that it may read
 *   the terminal
 * @property {number} [limitMs] after so long everything it has started is killed
 *
 * @typedef {object} RunResult
 * @property {number} code exit code; 128 + number of the signal where a signal ended the child
 * @property {string} output empty without `onOutput`
 */

/**
 * Runs a program to its end. Unless it is interactive, the child leads a process group of its
 * own, so that an interrupt reaches everything it has started, exactly once.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>} rejects where the program cannot be started
 */
export function run(command, args, { cwd, env, onOutput, interactive = false, limitMs } = {}) {
  return new Promise((resolve, reject) => {
    const leads = groups && !interactive;
    const child = spawn(command, args, {
      cwd,
      env,
      detached: leads,
      stdio: onOutput ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    if (child.pid !== undefined) running.set(child, leads ? -child.pid : child.pid);
    const limit = limitMs && setTimeout(() => kill(running.get(child), "SIGKILL"), limitMs);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
        output += chunk;
        onOutput?.(chunk);
      });
    }
    child.once("error", (error) => {
      clearTimeout(limit);
      running.delete(child);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      // After an interrupt nothing may go on: the handler below ends the process.
      if (interruptedAt === undefined) resolve({ code: code ?? exitCodeOf(signal), output });
    });
  });
}

/**
 * Ends all children and then this process, with 130 for Ctrl-C, as a shell expects.
 *
 * @param {() => void} beforeExit puts the terminal in order
 */
export function exitOnInterrupt(beforeExit) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => interrupt(signal, beforeExit));
  }
}

/**
 * @param {NodeJS.Signals} signal
 * @param {() => void} beforeExit
 */
function interrupt(signal, beforeExit) {
  const now = performance.now();
  if (interruptedAt !== undefined) {
    if (now - interruptedAt > samePressMs) endChildren("SIGKILL");
    return;
  }
  interruptedAt = now;
  endChildren(signal);
  const exit = () => {
    beforeExit();
    process.exit(exitCodeOf(signal));
  };
  if (running.size === 0) exit();
  for (const child of running.keys()) child.once("close", () => running.size === 0 && exit());
  setTimeout(() => endChildren("SIGKILL"), killAfterMs);
}

/** @param {NodeJS.Signals} signal */
function endChildren(signal) {
  for (const target of running.values()) kill(target, signal);
}

/**
 * @param {number | undefined} target
 * @param {NodeJS.Signals} signal
 */
function kill(target, signal) {
  try {
    if (target !== undefined) process.kill(target, signal);
  } catch {
    // Gone already.
  }
}

/** @param {NodeJS.Signals | null} signal */
function exitCodeOf(signal) {
  return signal === null ? 1 : 128 + constants.signals[signal];
}
