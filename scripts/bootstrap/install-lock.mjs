import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toolsDir } from "./paths.mjs";

const lockPath = join(toolsDir, "install.lock");
const pollMs = 200;

/**
 * Two commands started together in a fresh clone must not install over each other.
 *
 * @template T
 * @param {import("./progress.mjs").Progress} progress
 * @param {() => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function withInstallLock(progress, task) {
  mkdirSync(toolsDir, { recursive: true });
  if (!acquire()) {
    await progress.step("Waiting for another install in this folder", async () => {
      while (!acquire()) await delay(pollMs);
    });
  }
  // An interrupt ends the process without coming back to `finally`.
  process.once("exit", release);
  try {
    return await task();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function release() {
  rmSync(lockPath, { force: true });
}

function acquire() {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (!holderIsAlive()) release();
    return false;
  }
}

function holderIsAlive() {
  try {
    process.kill(Number(readFileSync(lockPath, "utf8")), 0);
    return true;
  } catch (error) {
    // Everything but "no such process" leaves the lock alone: it may be another user's.
    return error instanceof Error && "code" in error && error.code !== "ESRCH";
  }
}
