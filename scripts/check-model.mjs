// npm run check:model [-- ARGS]: random programs over several nodes of the core, from its sources.
import { join } from "node:path";
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { fromSource } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  const command = join(root, "libs/core/test/model/check-model.main.ts");
  // Where it was called: --program may name a file there.
  const options = { cwd: process.env["INIT_CWD"] ?? process.cwd(), env: workspaceEnv() };
  const { code } = await run(nodePath, [...fromSource, command, ...args], options);
  return code;
});
