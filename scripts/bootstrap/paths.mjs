import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const exe = process.platform === "win32" ? ".exe" : "";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Git-ignored: what the scripts fetch for themselves and what they leave behind. */
export const toolsDir = join(root, ".tools");

/** Holds the binary of the `node` dev dependency, whatever Node runs this script. */
export const nodeBinDir = join(root, "node_modules/node/bin");
export const nodePath = join(nodeBinDir, `node${exe}`);

export const pnpmDir = join(toolsDir, "pnpm");
export const pnpmBinDir = join(pnpmDir, "node_modules/pnpm");
export const pnpmPath = join(pnpmBinDir, `pnpm${exe}`);

/** The oldest Node that published packages support; `npm run check` loads each of them on it. */
export const oldestNode = "22.19.0";
export const oldestNodeDir = join(toolsDir, `node-${oldestNode}`);
export const oldestNodePath = join(oldestNodeDir, `node_modules/node/bin/node${exe}`);

/** Both ends of the range of Node that published packages are tried on, with the names to report them under. */
export const triedNodes = [
  { name: oldestNode, path: oldestNodePath },
  { name: "this Node", path: nodePath },
];

/** @returns {string} the pnpm version that `devEngines` in the root package.json asks for */
export function wantedPnpmVersion() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return manifest.devEngines.packageManager.version;
}
