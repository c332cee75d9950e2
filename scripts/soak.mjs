// npm run soak [-- ARGS]: processes over real servers under faults, from the sources.
import { join } from "node:path";
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { fromSource } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  const command = join(root, "libs/runtime/test/soak/soak.main.ts");
  const { code } = await run(nodePath, [...fromSource, command, ...args], { env: workspaceEnv() });
  return code;
});
