// Runs one tool of the workspace under the workspace's own Node, in any folder of it:
//   node scripts/run.mjs TOOL [-C FOLDER] [ARGS...]
// TOOL: jest, tsc, oxlint, oxfmt, turbo, knip, publint, attw, changeset, node or pnpm.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { Failure } from "./bootstrap/failure.mjs";
import { main } from "./bootstrap/main.mjs";
import { npmRegistry } from "./bootstrap/npm.mjs";
import { nodePath, pnpmPath, root } from "./bootstrap/paths.mjs";
import { withPnpmNetwork } from "./bootstrap/registry.mjs";
import { isTool, toolCommand } from "./bootstrap/tools.mjs";
import { preparePnpm, prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, [tool = "", ...rest]) => {
  const cwd = rest[0] === "-C" ? resolve(root, rest.splice(0, 2)[1] ?? ".") : process.cwd();
  if (tool === "pnpm") {
    // May change the lockfile, so the dependencies need not fit it yet.
    await preparePnpm(progress);
    const env = withPnpmNetwork(workspaceEnv(), await npmRegistry());
    return interactive([pnpmPath, rest], { cwd, env });
  }
  await prepareWorkspace(progress);
  return interactive(commandOf(tool, rest), { cwd, env: workspaceEnv() });
});

/**
 * @param {string} tool
 * @param {string[]} args
 * @returns {[command: string, args: string[]]}
 */
function commandOf(tool, args) {
  if (tool === "node") return [nodePath, args];
  if (isTool(tool)) return toolCommand(tool, args);
  throw new Failure(`Unknown tool "${tool}"; scripts/run.mjs lists what there is.`);
}

/**
 * Stays in this process group, so that the tool may read the terminal (`jest --watch`).
 *
 * @param {[command: string, args: string[]]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
function interactive([command, args], { cwd, env }) {
  return new Promise((settle, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    child.once("error", reject).once("close", (code) => settle(code ?? 130));
  });
}
