import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { errorCode } from "../process/error-code.ts";
import { isAlive } from "../process/is-alive.ts";

const pollMs = 200;

/** Runs `task` while no other process holds `lockFile`. A lock whose holder has died counts for nothing. */
export async function withLock<T>(lockFile: string, task: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockFile), { recursive: true });
  while (!(await acquire(lockFile))) await delay(pollMs);
  try {
    return await task();
  } finally {
    await rm(lockFile, { force: true });
  }
}

async function acquire(lockFile: string): Promise<boolean> {
  // A link appears with its content, so that nobody reads a lock without its holder.
  const own = `${lockFile}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, lockFile);
    return true;
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    await removeAbandoned(lockFile);
    return false;
  } finally {
    await rm(own);
  }
}

async function removeAbandoned(lockFile: string): Promise<void> {
  const holder = await readFile(lockFile, "utf8").catch(() => undefined);
  if (holder !== undefined && !isAlive(Number(holder))) await rm(lockFile, { force: true });
}
