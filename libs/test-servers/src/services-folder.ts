import { mkdtemp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { isAlive } from "./process/is-alive.ts";

/** Git-ignored folder at the repository's root that holds the servers, their data and `.env`. */
export const servicesFolder: string = fileURLToPath(
  new URL("../../../.services/", import.meta.url),
);

const runsFolder = join(servicesFolder, "data");

let run: Promise<string> | undefined;

/**
 * Makes a new folder for one server below the folder of this process, `.services/data/PID-...`. Folders of processes
 * that died without cleaning up go on the way.
 */
export async function makeServerFolder(name: string): Promise<string> {
  run ??= makeRunFolder();
  return mkdtemp(join(await run, `${name}-`));
}

async function makeRunFolder(): Promise<string> {
  await mkdir(runsFolder, { recursive: true });
  await Promise.all(
    (await readdir(runsFolder))
      .filter((entry) => !isAlive(Number.parseInt(entry, 10)))
      .map((entry) => rm(join(runsFolder, entry), { recursive: true, force: true })),
  );
  return mkdtemp(join(runsFolder, `${process.pid}-`));
}
