// npm start [-- ARGS]: the video search app, from its sources.
import { join } from "node:path";
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { servicesHint, withServices } from "./bootstrap/services-env.mjs";
import { fromSource } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  const app = join(root, "apps/video-search/src/main.ts");
  const options = {
    cwd: process.env["INIT_CWD"] ?? process.cwd(),
    env: withServices(workspaceEnv()),
  };
  const { code } = await run(nodePath, [...fromSource, app, ...args], options);
  const hint = code === 1 ? servicesHint(args, process.env) : undefined;
  if (hint !== undefined) process.stderr.write(`${hint}\n`);
  return code;
});
