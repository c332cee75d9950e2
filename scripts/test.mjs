// npm test [-- JEST ARGS]: the tests of all packages and of these scripts. A path selects files
// (`-- libs/core`), `--selectProjects NAME` packages, `-t WORDS` tests.
import { run } from "./bootstrap/children.mjs";
import { main } from "./bootstrap/main.mjs";
import { root } from "./bootstrap/paths.mjs";
import { toolCommand } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";
import { forgetTotals, savedTotals } from "./results/result-files.mjs";
import { totalsLine, whyNotGreen } from "./results/totals.mjs";

await main(async (progress, args) => {
  forgetTotals("test");
  await prepareWorkspace(progress);
  const [command, jestArgs] = toolCommand("jest", args);
  const { code } = await run(command, jestArgs, { cwd: root, env: workspaceEnv() });
  const totals = savedTotals("test");
  // `--listTests`, `--help` and the like run nothing.
  if (!totals) return code;
  const reason = whyNotGreen(totals, { ci: process.env["CI"] === "true" });
  if (reason) process.stderr.write(`\nNot green: ${reason}.\n`);
  process.stdout.write(`${totalsLine(totals)}\n`);
  return reason ? Math.max(code, 1) : code;
});
