import { join } from "node:path";
import { nodePath, root } from "./paths.mjs";

/** Arguments that make Node read workspace packages from their sources, without a build. */
export const fromSource = ["--conditions=@cogniverse/source"];

/**
 * Packages are called by their own script rather than through the package manager, which costs
 * a second or two each time.
 */
const scripts = {
  attw: "@arethetypeswrong/cli/dist/index.js",
  changeset: "@changesets/cli/bin.js",
  jest: "jest/bin/jest.js",
  knip: "knip/bin/knip.js",
  oxfmt: "oxfmt/bin/oxfmt",
  oxlint: "oxlint/bin/oxlint",
  publint: "publint/src/cli.js",
  tsc: "typescript/bin/tsc",
  turbo: "turbo/bin/turbo",
};

/** @type {Record<string, string[]>} */
const nodeOptions = {
  jest: ["--disable-warning=ExperimentalWarning", "--experimental-vm-modules"],
};

/** @typedef {keyof typeof scripts} Tool */

/**
 * @param {string} name
 * @returns {name is Tool}
 */
export function isTool(name) {
  return Object.hasOwn(scripts, name);
}

/**
 * @param {Tool} tool
 * @param {readonly string[]} args
 * @returns {[command: string, args: string[]]}
 */
export function toolCommand(tool, args) {
  const script = join(root, "node_modules", scripts[tool]);
  return [nodePath, [...(nodeOptions[tool] ?? []), script, ...args]];
}
