import { run } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";
import { workspacePackages } from "../bootstrap/packages.mjs";
import { root } from "../bootstrap/paths.mjs";
import { toolCommand } from "../bootstrap/tools.mjs";
import { workspaceEnv } from "../bootstrap/workspace.mjs";

/**
 * What a package may need at run time. `turbo.json` is wider, for it cannot tell tests from
 * sources; that sources import nothing but run-time dependencies is the step `undeclared`.
 *
 * @type {Record<string, readonly string[]>}
 */
const below = {
  sdk: [],
  testkit: ["sdk"],
  core: ["sdk"],
  servers: [],
  foundation: ["sdk"],
  store: ["sdk"],
  backend: ["sdk", "store"],
  runtime: ["sdk", "foundation", "core", "backend"],
  app: ["sdk", "foundation", "core", "backend", "runtime"],
  docs: [],
  bench: ["sdk", "foundation", "core", "backend", "runtime", "servers"],
};

/**
 * @typedef {object} LayeredPackage
 * @property {string} name
 * @property {string | undefined} layer its tag in turbo.json
 * @property {readonly string[]} needs names of what it needs at run time
 */

/** @param {(chunk: string) => void} note */
export async function checkLayers(note) {
  const [command, args] = toolCommand("turbo", ["boundaries"]);
  const options = { cwd: root, env: workspaceEnv(), onOutput: note };
  const { code, output } = await run(command, args, options);
  const upward = upwardDependencies(workspacePackages().map(layered));
  const problems = [...(code === 0 ? [] : [output.trim()]), ...upward];
  if (problems.length > 0) throw new Failure(problems.join("\n"));
}

/**
 * @param {readonly LayeredPackage[]} packages
 * @returns {string[]} a line for each dependency that does not lead downwards
 */
export function upwardDependencies(packages) {
  const layers = new Map(packages.map(({ name, layer }) => [name, layer]));
  return packages.flatMap(({ name, layer = "none", needs }) =>
    needs
      .map((needed) => ({ needed, its: layers.get(needed) }))
      .filter(({ its }) => its !== undefined && !(below[layer] ?? []).includes(its))
      .map(({ needed, its }) => `${name} (${layer}) may not depend on ${needed} (${its})`),
  );
}

/**
 * @param {import("../bootstrap/packages.mjs").WorkspacePackage} item
 * @returns {LayeredPackage}
 */
function layered({ tags, manifest }) {
  const needs = { ...manifest.dependencies, ...manifest.peerDependencies };
  return { name: manifest.name, layer: tags[0], needs: Object.keys(needs) };
}
