import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const parents = ["libs", "apps"];

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 *
 * @typedef {object} WorkspacePackage
 * @property {string} dir absolute
 * @property {Manifest} manifest
 * @property {string[]} tags from its turbo.json
 */

/** @returns {string[]} folders of all packages, relative to the root */
export function packageFolders(workspaceRoot = root) {
  const below = parents.flatMap((parent) =>
    existsSync(join(workspaceRoot, parent))
      ? readdirSync(join(workspaceRoot, parent)).map((name) => `${parent}/${name}`)
      : [],
  );
  return [...below, "bench", "docs"]
    .filter((folder) => existsSync(join(workspaceRoot, folder, "package.json")))
    .toSorted();
}

/** @returns {WorkspacePackage[]} */
export function workspacePackages() {
  return packageFolders().map((folder) => {
    const dir = join(root, folder);
    const manifest = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const { tags = [] } = JSON.parse(readFileSync(join(dir, "turbo.json"), "utf8"));
    return { dir, manifest, tags };
  });
}
