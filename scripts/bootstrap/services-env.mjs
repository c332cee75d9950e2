import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

/** Where `npm run services` leaves the addresses of its servers. */
const envFile = join(root, ".services/.env");

/**
 * An environment with the servers of `npm run services` in it, while they run. What the environment says itself wins.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [file]
 * @returns {NodeJS.ProcessEnv}
 */
export function withServices(env, file = envFile) {
  const text = read(file);
  return ownerRuns(text) ? { ...variablesIn(text), ...env } : env;
}

/**
 * What to say where a command failed on a configuration whose servers are those of `npm run services`, and these do not run; `undefined` where that
 * cannot be why, or the environment names servers itself.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [file]
 * @returns {string | undefined}
 */
export function servicesHint(args, env, file = envFile) {
  const isServed = args.some((arg) => /(?:^|\/)production[\w-]*\.yaml$/.test(arg));
  const isNamed = ["REDIS_URL", "S3_ENDPOINT", "GCS_ENDPOINT"].some((name) => name in env);
  if (!isServed || isNamed || ownerRuns(read(file))) return undefined;
  return "No servers of `npm run services` run here: start them in another terminal, or name yours in the environment.";
}

/**
 * Lines of NAME="value", the value as JSON has it. Node's own reader of such files came with 20.12.
 *
 * @param {string} text
 * @returns {Record<string, string>}
 */
function variablesIn(text) {
  const lines = [...text.matchAll(/^(\w+)=(".*")$/gm)];
  return Object.fromEntries(lines.map(([, name, value = ""]) => [name, JSON.parse(value)]));
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/**
 * A process that was killed leaves its file behind; its servers are gone with it.
 *
 * @param {string} text
 */
function ownerRuns(text) {
  const pid = Number(/^#.*\bprocess (\d+)/.exec(text)?.[1]);
  if (!Number.isSafeInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
