import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./children.mjs";
import { Failure } from "./failure.mjs";
import { withInstallLock } from "./install-lock.mjs";
import { installFingerprint, isInstalled, markInstalled } from "./install-stamp.mjs";
import { installFailure, npmInstall, npmRegistry } from "./npm.mjs";
import {
  nodeBinDir,
  nodePath,
  oldestNode,
  oldestNodeDir,
  oldestNodePath,
  pnpmBinDir,
  pnpmDir,
  pnpmPath,
  root,
  wantedPnpmVersion,
} from "./paths.mjs";
import { withPnpmNetwork } from "./registry.mjs";

/**
 * Installs what is missing: pnpm, then the dependencies, Node among them. Costs a few
 * milliseconds when nothing is.
 *
 * @param {import("./progress.mjs").Progress} progress
 */
export async function prepareWorkspace(progress) {
  if (isPrepared()) return;
  await withInstallLock(progress, async () => {
    // Whoever held the lock before may have done the work.
    if (isPrepared()) return;
    await preparePnpm(progress);
    await installDependencies(progress);
  });
}

/**
 * Fetches the oldest Node that the packages support.
 *
 * @param {import("./progress.mjs").Progress} progress
 */
export async function prepareOldestNode(progress) {
  if (existsSync(oldestNodePath)) return;
  await progress.step(`Fetching Node ${oldestNode}`, (note) =>
    npmInstall({ spec: `node@${oldestNode}`, dir: oldestNodeDir, note }),
  );
}

/** @returns {NodeJS.ProcessEnv} this process's environment with the workspace's tools first */
export function workspaceEnv() {
  const path = [nodeBinDir, join(root, "node_modules/.bin"), pnpmBinDir, process.env["PATH"]];
  return {
    ...process.env,
    PATH: path.join(delimiter),
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
  };
}

function isPrepared() {
  return (
    hasPnpm(wantedPnpmVersion()) && existsSync(nodePath) && isInstalled(root, currentFingerprint())
  );
}

function currentFingerprint() {
  return installFingerprint(root, `pnpm@${wantedPnpmVersion()}`);
}

/** @param {string} version */
function hasPnpm(version) {
  const manifest = join(pnpmBinDir, "package.json");
  return (
    existsSync(pnpmPath) &&
    existsSync(manifest) &&
    JSON.parse(readFileSync(manifest, "utf8")).version === version
  );
}

/**
 * Enough for an install that may change the lockfile.
 *
 * @param {import("./progress.mjs").Progress} progress
 */
export async function preparePnpm(progress) {
  const version = wantedPnpmVersion();
  if (hasPnpm(version)) return;
  await progress.step(`Fetching pnpm ${version}`, (note) =>
    npmInstall({ spec: `pnpm@${version}`, dir: pnpmDir, note }),
  );
}

/** @param {import("./progress.mjs").Progress} progress */
async function installDependencies(progress) {
  const fingerprint = currentFingerprint();
  await progress.step("Installing dependencies", async (note) => {
    const env = { ...installDefaults(), ...withPnpmNetwork(process.env, await npmRegistry()) };
    const { code, output } = await run(
      pnpmPath,
      ["install", "--frozen-lockfile", "--reporter=append-only"],
      { cwd: root, env, onOutput: note },
    );
    if (code !== 0) throw await explain(output);
    if (!existsSync(nodePath)) {
      throw new Failure(
        "The `node` package did not fetch its Node: its install script did not run.\n" +
          "Allow install scripts (npm config delete ignore-scripts), delete node_modules, run again.",
      );
    }
  });
  markInstalled(root, fingerprint);
}

/** What a user has set for pnpm wins over these. */
function installDefaults() {
  return {
    // pnpm's own patience lasts for more than ten minutes.
    pnpm_config_fetch_retries: "2",
    pnpm_config_fetch_retry_mintimeout: "300",
    pnpm_config_fetch_retry_maxtimeout: "1000",
    // The lockfile pins every package by its hash and was held to this policy when it was made.
    // Asking the registry again for the age of each one takes longer than the rest of the install
    // and fails offline; continuous integration does ask, for lockfiles that others changed.
    ...(process.env["CI"] === "true" ? {} : { pnpm_config_minimum_release_age: "0" }),
  };
}

/** @param {string} output */
async function explain(output) {
  if (!output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return installFailure({ needed: "a dependency", output });
  }
  return new Failure(
    `${output.trim()}\n\nA package.json asks for something the lockfile does not have yet. Bring it up to date with\n` +
      "  node scripts/run.mjs pnpm install\nand commit pnpm-lock.yaml with your change.",
  );
}
