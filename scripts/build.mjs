// npm run build [-- TURBO ARGS]: builds every package, or with `-- --filter=NAME` one and what it needs.
import { buildPackages } from "./build/build-packages.mjs";
import { main } from "./bootstrap/main.mjs";
import { prepareWorkspace } from "./bootstrap/workspace.mjs";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  await buildPackages(progress, args);
  return 0;
});
