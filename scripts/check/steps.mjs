import { run as runChild } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";
import { root } from "../bootstrap/paths.mjs";
import { toolCommand } from "../bootstrap/tools.mjs";
import { workspaceEnv } from "../bootstrap/workspace.mjs";
import { checkLayers } from "./layers.mjs";
import { checkLockfile } from "./lockfile.mjs";
import { checkPackaging } from "./packaging.mjs";

/**
 * @typedef {(chunk: string) => void} Note
 *
 * @typedef {object} CheckStep
 * @property {string} name
 * @property {string} title
 * @property {(note: Note) => Promise<void>} run
 *   rejects with a `Failure` that holds what the tool said
 */

/** @type {readonly CheckStep[]} */
export const checkSteps = [
  { name: "format", title: "oxfmt", run: tool("oxfmt", ["--check", "."]) },
  {
    name: "lint",
    title: "oxlint with types, circular imports",
    run: tool("oxlint", ["--deny-warnings", "."]),
  },
  { name: "types", title: "sources and tests", run: tool("tsc", ["-b"]) },
  { name: "layers", title: "turbo boundaries, manifests", run: checkLayers },
  {
    name: "unused",
    title: "knip, whole workspace",
    run: tool("knip", ["--no-progress", "--no-config-hints"]),
  },
  // Without exports: what only tests use may be exported, but neither a file nor a dependency.
  {
    name: "undeclared",
    title: "knip, what is published",
    run: tool("knip", [
      "--no-progress",
      "--no-config-hints",
      "--production",
      "--strict",
      "--exclude",
      "exports,types",
    ]),
  },
  { name: "lockfile", title: "no registry host", run: checkLockfile },
  { name: "packaging", title: "publint, attw, oldest and newest Node", run: checkPackaging },
];

/**
 * @param {import("../bootstrap/tools.mjs").Tool} name
 * @param {readonly string[]} args
 * @returns {CheckStep["run"]}
 */
function tool(name, args) {
  return async (note) => {
    const [command, commandArgs] = toolCommand(name, args);
    const options = { cwd: root, env: workspaceEnv(), onOutput: note };
    const { code, output } = await runChild(command, commandArgs, options);
    if (code !== 0) throw new Failure(output.trim());
  };
}
