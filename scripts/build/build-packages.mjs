import { run } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";
import { root } from "../bootstrap/paths.mjs";
import { toolCommand } from "../bootstrap/tools.mjs";
import { workspaceEnv } from "../bootstrap/workspace.mjs";
import { workspacePackages } from "../bootstrap/packages.mjs";
import { pruneDist } from "./prune-dist.mjs";

/**
 * Builds what changed, in the order of the layers.
 *
 * @param {import("../bootstrap/progress.mjs").Progress} progress
 * @param {readonly string[]} [turboArgs]
 */
export async function buildPackages(progress, turboArgs = []) {
  await progress.step("Building packages", async (note) => {
    for (const { dir } of workspacePackages()) pruneDist(dir);
    const [command, args] = toolCommand("turbo", ["run", "build", ...turboArgs]);
    const env = workspaceEnv();
    const { code, output } = await run(command, args, { cwd: root, env, onOutput: note });
    if (code !== 0) throw new Failure(`${output.trim()}\n\nThe build failed; the reason is above.`);
  });
}
