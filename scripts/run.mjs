// Runs a workspace tool under the workspace's own Node:
//   node scripts/run.mjs TOOL [-C FOLDER] [ARGS...]
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const nodeBin = join(root, "node_modules/node/bin");
const [tool, ...rest] = process.argv.slice(2);
let cwd = process.cwd();
if (rest[0] === "-C") cwd = join(root, rest.splice(0, 2)[1]);
const env = {
  ...process.env,
  PATH: [nodeBin, join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
};
const [command, args] =
  tool === "jest"
    ? [
        "node",
        [
          "--disable-warning=ExperimentalWarning",
          "--experimental-vm-modules",
          join(root, "node_modules/jest/bin/jest.js"),
          ...rest,
        ],
      ]
    : tool === "node"
      ? ["node", rest]
      : [join(root, "node_modules/.bin", tool), rest];
spawn(command, args, { cwd, env, stdio: "inherit" }).on("exit", (code, signal) =>
  process.exit(signal ? 130 : code),
);
