import { rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../bootstrap/children.mjs";
import { Failure } from "../bootstrap/failure.mjs";
import { nodePath, root } from "../bootstrap/paths.mjs";
import { fromSource } from "../bootstrap/tools.mjs";
import { workspaceEnv } from "../bootstrap/workspace.mjs";

/**
 * A Phoenix beside those of `npm run services`, or the one that PHOENIX_COLLECTOR_ENDPOINT names. It is installed where
 * it is missing, and ends with this process.
 *
 * @param {(chunk: string) => void} note takes what is being done
 * @returns {Promise<{ url: string, given: boolean, ended: Promise<unknown>, stop: () => Promise<void> }>}
 *   `given`: it is somebody else's, and goes on
 */
export async function startPhoenix(note) {
  const program = join(root, "libs/test-servers/src/services/main.ts");
  // Those of another `npm run services` stay where `npm start` finds them.
  const envFile = join(root, `.services/phoenix-${process.pid}.env`);
  const args = [...fromSource, program, "--only", "phoenix", "--json", "--addresses", envFile];
  let printed = "";
  let running = false;
  /** @type {Promise<unknown>} */
  let ended = Promise.resolve();
  /** @type {Promise<{ pid: number, url: string, given: boolean }>} */
  const ready = new Promise((resolve, reject) => {
    const onOutput = (/** @type {string} */ chunk) => {
      if (running) return;
      printed += chunk;
      const line = /^\{.*\}$/m.exec(printed)?.[0];
      if (line === undefined) return note(withoutProgress(chunk));
      running = true;
      const { pid, services } = JSON.parse(line);
      resolve({ pid, url: services[0].address, given: services[0].given });
    };
    ended = run(nodePath, args, { env: workspaceEnv(), onOutput });
    ended.then(() => reject(new Failure(`Phoenix does not start:\n${printed}`)), reject);
  });
  const { pid, url, given } = await ready;
  process.on("exit", () => rmSync(envFile, { force: true }));
  const stop = async () => {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await ended;
  };
  return { url: url.replace(/\/+$/, ""), given, ended, stop };
}

/**
 * What an installation says, without marks and times of its own: it is shown beside those of the step that it is part of.
 *
 * @param {string} chunk
 * @returns {string}
 */
export function withoutProgress(chunk) {
  return chunk
    .replaceAll(/^\s*✓ Installing /gm, "installed ")
    .replaceAll(/^\s*✗ Installing /gm, "not installed: ")
    .replaceAll(/^\s*- Installing /gm, "installing ")
    .replaceAll(/^\s*Installing, [\d.]+ s\s+/gm, "installing ")
    .replaceAll(/\s+[\d.]+ s$/gm, "");
}
