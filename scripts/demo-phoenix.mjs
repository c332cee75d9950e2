// npm run demo:phoenix [-- --exit] [-- --screenshot FILE.png]: the sample for two tenants, searched cold and warm, in a Phoenix of its own that stays until Ctrl-C; in
// a pipe, or with --exit, it ends once everything has been found in it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./bootstrap/children.mjs";
import { Failure } from "./bootstrap/failure.mjs";
import { main } from "./bootstrap/main.mjs";
import { nodePath, root } from "./bootstrap/paths.mjs";
import { fromSource } from "./bootstrap/tools.mjs";
import { prepareWorkspace, workspaceEnv } from "./bootstrap/workspace.mjs";
import { documentedFilters } from "./phoenix/documented-filters.mjs";
import { phoenixProject } from "./phoenix/phoenix-project.mjs";
import { startPhoenix } from "./phoenix/start-phoenix.mjs";
import { takeScreenshot } from "./phoenix/screenshot.mjs";
import { verifyDemo } from "./phoenix/verify-demo.mjs";

const config = join(root, "configs/phoenix.yaml");
const app = join(root, "apps/video-search/src/main.ts");
const operator = join(root, "apps/cli/src/main.ts");
const query = "a rabbit yawns in the sun";

await main(async (progress, args) => {
  await prepareWorkspace(progress);
  const phoenix = await progress.step("Starting Phoenix", startPhoenix);
  const stays = process.stdout.isTTY && !args.includes("--exit") && !phoenix.given;
  try {
    const tree = await tell(progress, phoenix.url, stays || phoenix.given);
    const picture = args[args.indexOf("--screenshot") + 1];
    if (args.includes("--screenshot") && picture)
      await progress.step("Taking the screenshot", (note) => takeScreenshot(tree, picture, note));
    if (!stays) return 0;
    process.stdout.write("\nPhoenix stays until Ctrl-C.\n");
    await phoenix.ended;
    process.stderr.write("Phoenix has ended.\n");
    return 1;
  } finally {
    await phoenix.stop();
  }
});

/**
 * Fills the project, looks it up, and prints where a person finds what.
 *
 * @param {import("./bootstrap/progress.mjs").Progress} progress
 * @param {string} url of the Phoenix
 * @param {boolean} stays whether a person can still open what is printed
 * @returns {Promise<string>} where a cold search is shown as a tree
 */
async function tell(progress, url, stays) {
  const name = process.env["PHOENIX_PROJECT_NAME"] || "video-search";
  const summary = await fill(progress, {
    PHOENIX_COLLECTOR_ENDPOINT: url,
    PHOENIX_PROJECT_NAME: name,
  });
  const project = phoenixProject({ url, name, apiKey: process.env["PHOENIX_API_KEY"] });
  const look = (/** @type {(chunk: string) => void} */ note) => verifyDemo(project, note);
  const { spans, trace } = await progress.step("Looking it up in Phoenix", look);
  const page = await project.page();
  const tree = `${page}/traces/${trace}`;
  const places = stays
    ? `${spans} spans in ${page}\nA cold search as a tree: ${tree}`
    : `${spans} spans were found in Phoenix, which ends now: without a terminal, and with --exit, it does not stay.`;
  process.stdout.write(`${summary}\n\n${places}\n\n${filters()}\n`);
  return tree;
}

/**
 * Runs the app and the operator's command line on a cache of their own.
 *
 * @param {import("./bootstrap/progress.mjs").Progress} progress
 * @param {Readonly<Record<string, string>>} place
 */
async function fill(progress, place) {
  const home = mkdtempSync(join(tmpdir(), "cogniverse-demo-"));
  process.on("exit", () => rmSync(home, { recursive: true, force: true }));
  const folders = { COGNIVERSE_HOME: home, COGNIVERSE_CACHE_DIR: join(home, "cache") };
  // The same key is to look the same in every process of the demo.
  const secret = { COGNIVERSE_KEY_SECRET: "keys of the demo, which are no secret" };
  const env = { ...workspaceEnv(), ...secret, ...folders, ...place };
  const step = (/** @type {string} */ title, /** @type {readonly string[]} */ command) =>
    progress.step(title, async (note) => {
      const all = [...fromSource, ...command, "--config", config];
      const { code, output } = await run(nodePath, all, { cwd: root, env, onOutput: note });
      if (code !== 0) throw new Failure(output, code);
      return output;
    });
  const output = await step("Ingesting and searching: cold, warm, after a restart", [app, "demo"]);
  const all = ["--all", "--tenant", "acme", "--reason", "demo"];
  await step("Invalidating what acme has", [operator, "invalidate", ...all]);
  await step("Searching what was invalidated", [app, "search", query, "--tenant", "acme"]);
  return summaryOf(output);
}

/**
 * Without the tables: those of the app are for who looks at it alone.
 *
 * @param {string} output
 */
function summaryOf(output) {
  const lines = output.split("\n");
  const first = lines.findIndex((line) => line.startsWith("second run:"));
  return lines.slice(first, first + 3).join("\n");
}

function filters() {
  const tabs = /** @type {const} */ (["Spans tab", "Traces tab"]);
  return tabs
    .map((tab) => {
      const rows = documentedFilters(tab);
      const width = Math.max(...rows.map(({ expression }) => expression.length));
      const lines = rows.map(({ expression, finds }) => `  ${expression.padEnd(width)}  ${finds}`);
      return `Filters to paste into the ${tab}:\n${lines.join("\n")}`;
    })
    .join("\n\n");
}
