import { basename, dirname } from "node:path";
import { mkdirSync } from "node:fs";
import { run } from "./children.mjs";
import { Failure } from "./failure.mjs";
import { unreachableMessage, unreachableRegistry } from "./registry.mjs";

// npm's own defaults keep on trying for more than a minute.
const patience = [
  "--fetch-retries=2",
  "--fetch-retry-mintimeout=500",
  "--fetch-retry-maxtimeout=4000",
];

/**
 * Installs one package into a folder of its own, from the registry that the user's npm uses.
 *
 * @param {{ spec: string, dir: string, note: (chunk: string) => void }} request
 */
export async function npmInstall({ spec, dir, note }) {
  // Without a manifest npm would look for one in the folders above.
  mkdirSync(dir, { recursive: true });
  const args = ["install", "--prefix", dir, "--no-save", "--no-audit", "--no-fund", ...patience];
  const { code, output } = await npm([...args, spec], note);
  if (code !== 0) throw await installFailure({ needed: spec, output });
}

/** @returns {Promise<string | undefined>} the registry that npm would use here */
export async function npmRegistry() {
  const { code, output } = await npm(["config", "get", "registry"], () => {});
  return code === 0
    ? output
        .split("\n")
        .findLast((line) => line.includes("://"))
        ?.trim()
    : undefined;
}

/**
 * @param {{ needed: string, output: string }} failed
 * @returns {Promise<Failure>}
 */
export async function installFailure({ needed, output }) {
  const reason = unreachableRegistry(output);
  if (!reason)
    return new Failure(`${output.trim()}\n\nCould not install ${needed}; the reason is above.`);
  return new Failure(unreachableMessage({ needed, reason, registry: await npmRegistry() }));
}

/**
 * @param {readonly string[]} args
 * @param {(chunk: string) => void} onOutput
 */
function npm(args, onOutput) {
  const script = process.env["npm_execpath"];
  // Set by npm to its own path, and by pnpm and yarn to theirs.
  if (script && /^npm(-cli)?\.c?js$/.test(basename(script))) {
    return run(process.execPath, [script, ...args], { env: process.env, onOutput });
  }
  const command = process.platform === "win32" ? `${dirname(process.execPath)}\\npm.cmd` : "npm";
  return run(command, args, { env: process.env, onOutput });
}
