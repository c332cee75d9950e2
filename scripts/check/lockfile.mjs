import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../bootstrap/failure.mjs";
import { root } from "../bootstrap/paths.mjs";

/** A host in the lockfile would tie every clone to the registry of whoever installed last. */
export async function checkLockfile() {
  const hosts = linesWithHost(readFileSync(join(root, "pnpm-lock.yaml"), "utf8"));
  if (hosts.length > 0) throw new Failure(`pnpm-lock.yaml names a host:\n${hosts.join("\n")}`);
}

/**
 * @param {string} lockfile
 * @returns {string[]} `LINE: TEXT` of each line with a URL in it
 */
export function linesWithHost(lockfile) {
  return lockfile
    .split("\n")
    .map((line, index) => `${index + 1}: ${line.trim()}`)
    .filter((line) => /https?:\/\/|\btarball:/.test(line));
}
