import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildPackages } from "../build/build-packages.mjs";
import { run } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";
import { workspacePackages } from "../bootstrap/packages.mjs";
import { pnpmPath, toolsDir } from "../bootstrap/paths.mjs";
import { toolCommand } from "../bootstrap/tools.mjs";
import { prepareOldestNode, workspaceEnv } from "../bootstrap/workspace.mjs";
import { codeEntries, unpublishable } from "./manifest.mjs";
import { checkTogether } from "./together.mjs";
import { checkLoading, unpack } from "./unpacked.mjs";

const packedDir = join(toolsDir, "packed");

/** @typedef {import("../bootstrap/packages.mjs").WorkspacePackage} WorkspacePackage */

/**
 * Packs every public package as for publishing and looks at the result the way its users will.
 *
 * @param {(chunk: string) => void} note
 */
export async function checkPackaging(note) {
  const packages = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const quiet = { clear() {}, step: withoutDisplay(note) };
  const filters = packages.map(({ manifest }) => `--filter=${manifest.name}`);
  await buildPackages(quiet, filters);
  await prepareOldestNode(quiet);
  rmSync(packedDir, { recursive: true, force: true });
  mkdirSync(packedDir, { recursive: true });
  const unpacked = await Promise.all(packages.map(pack));
  const found = await Promise.all(
    unpacked.map(async (item) => {
      const problems = await problemsOf(item);
      const { name } = item.unpacked.manifest;
      note(`${name}: ${problems.length === 0 ? "fine" : "not fine"}`);
      return problems.map((problem) => `${name}: ${problem}`);
    }),
  );
  note("the README's example, on all of them together");
  const together = { packages: unpacked, dir: join(packedDir, "together") };
  const problems = [...found.flat(), ...(await checkTogether(together))];
  if (problems.length > 0) throw new Failure(problems.join("\n\n"));
}

/** @typedef {import("./together.mjs").Packed & { tarball: string }} Tarball */

/**
 * @param {WorkspacePackage} item
 * @returns {Promise<Tarball>}
 */
async function pack({ dir, manifest }) {
  const tarball = join(packedDir, `${manifest.name.replace("/", "-")}.tgz`);
  const packed = await command([pnpmPath, ["pack", "--out", tarball]], dir);
  if (packed !== undefined) throw new Failure(`${manifest.name}: ${packed}`);
  return { tarball, packageDir: dir, unpacked: await unpack({ tarball, packageDir: dir }) };
}

/**
 * @param {Tarball} item
 * @returns {Promise<string[]>}
 */
async function problemsOf({ tarball, packageDir, unpacked }) {
  const reports = await Promise.all([
    command(toolCommand("publint", [tarball, "--strict"]), packageDir),
    codeEntries(unpacked.manifest).length > 0
      ? command(toolCommand("attw", [tarball, "--profile", "esm-only", "--no-emoji"]), packageDir)
      : undefined,
    ...checkLoading(unpacked),
  ]);
  return [...unpublishable(unpacked), ...reports.filter((report) => report !== undefined)];
}

/**
 * @param {[command: string, args: readonly string[]]} command
 * @param {string} cwd
 * @returns {Promise<string | undefined>} what the command said, where it failed
 */
async function command([file, args], cwd) {
  const { code, output } = await run(file, args, { cwd, env: workspaceEnv(), onOutput() {} });
  return code === 0 ? undefined : output.trim();
}

/**
 * @param {(chunk: string) => void} note
 * @returns {import("../bootstrap/progress.mjs").Progress["step"]} shows steps inside the step that runs
 */
function withoutDisplay(note) {
  return (title, task) => {
    note(title);
    return task(note);
  };
}
