// npm run services [-- ARGS]: servers for development and tests, until Ctrl-C; `-- --help` says more.
import { join } from "node:path";
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { fromSource } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  const program = join(root, "libs/test-servers/src/services/main.ts");
  const { code } = await run(nodePath, [...fromSource, program, ...args], { env: workspaceEnv() });
  return code;
});
