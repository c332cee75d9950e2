// npm run bench [-- ARGS]: measures the built packages, as users get them.
import { join } from "node:path";
import { buildPackages } from "./build/build-packages.mjs";
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { withServices } from "./bootstrap/services-env.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  await buildPackages(progress);
  const bench = join(root, "bench/src/main.ts");
  const { code } = await run(nodePath, [bench, ...args], {
    cwd: root,
    env: withServices(workspaceEnv()),
  });
  return code;
});
