import { readdirSync, readFileSync } from "node:fs";

const limitMs = 5000;
const pollMs = 1;

/**
 * SIGSTOP reaches the threads of a process one after the other, and until it has reached all, some still answer. Blocks
 * until it has, for a few milliseconds; only Linux tells, elsewhere it returns at once.
 */
export function waitUntilStopped(pid: number): void {
  const limitAt = performance.now() + limitMs;
  while (!isStopped(pid) && performance.now() < limitAt) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
  }
}

function isStopped(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  try {
    return readdirSync(threads).every((thread) =>
      // "12 (name of the program) T ...", and the name may hold parentheses.
      /\) [TtZX] [^)]*$/.test(readFileSync(`${threads}/${thread}/stat`, "utf8")),
    );
  } catch {
    // No such folder, or a thread or the process has just ended.
    return process.platform !== "linux" || !isThere(pid);
  }
}

function isThere(pid: number): boolean {
  try {
    readFileSync(`/proc/${pid}/stat`);
    return true;
  } catch {
    return false;
  }
}
