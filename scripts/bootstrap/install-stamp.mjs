import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolders } from "./packages.mjs";

const stampPath = "node_modules/.cogniverse-install";

/**
 * Everything that decides what an install puts into `node_modules`.
 *
 * @param {string} root
 * @param {string} installer name and version of the program that installs
 * @returns {string} equal as long as another install would change nothing
 */
export function installFingerprint(root, installer) {
  const hash = createHash("sha256");
  hash.update(`${installer}\0${process.platform}\0${process.arch}\0`);
  for (const file of inputFiles(root)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} fingerprint
 * @returns {boolean} whether the last complete install was made from the same inputs
 */
export function isInstalled(root, fingerprint) {
  const file = join(root, stampPath);
  return existsSync(file) && readFileSync(file, "utf8").trim() === fingerprint;
}

/**
 * Call after a complete install only. The stamp lies inside `node_modules`, so that deleting the
 * one deletes the other.
 *
 * @param {string} root
 * @param {string} fingerprint
 */
export function markInstalled(root, fingerprint) {
  writeFileSync(join(root, stampPath), `${fingerprint}\n`);
}

/** @param {string} root */
function inputFiles(root) {
  const manifests = packageFolders(root).map((folder) => `${folder}/package.json`);
  return ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests].filter((file) =>
    existsSync(join(root, file)),
  );
}
