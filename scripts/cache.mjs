// npm run cache -- ARGS: the operator's command line, from its sources, on the cache of `npm start` unless the environment names another.
import { join } from "node:path";
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { withServices } from "./bootstrap/services-env.mjs";
import { fromSource } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  const app = join(root, "apps/cli/src/main.ts");
  const home = process.env["COGNIVERSE_HOME"] ?? join(root, ".cogniverse");
  const env = {
    COGNIVERSE_CACHE_CONFIG: join(root, "configs/embedded.yaml"),
    COGNIVERSE_CACHE_DIR: join(home, "cache"),
    ...withServices(workspaceEnv()),
  };
  const options = { cwd: process.env["INIT_CWD"] ?? process.cwd(), env };
  const { code } = await run(nodePath, [...fromSource, app, ...args], options);
  return code;
});
