// Runs one tool of the workspace under the workspace's own Node, in any folder of it:
//   node scripts/run.mjs TOOL [-C FOLDER] [ARGS...]
// TOOL: jest, tsc, oxlint, oxfmt, turbo, knip, publint, attw, changeset, node or pnpm.
import { resolve } from "node:path";
import { run } from "./bootstrap/children.mjs";
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
    return (await run(pnpmPath, rest, { cwd, env, interactive: true })).code;
  }
  await prepareWorkspace(progress);
  const [command, args] = commandOf(tool, rest);
  return (await run(command, args, { cwd, env: workspaceEnv(), interactive: true })).code;
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
