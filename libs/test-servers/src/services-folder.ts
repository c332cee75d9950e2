import { mkdtemp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { isAlive } from "./process/is-alive.ts";

/** Git-ignored folder at the repository's root that holds the servers, their data and `.env`. */
export const servicesFolder: string = fileURLToPath(
  new URL("../../../.services/", import.meta.url),
);

/** Holds one folder for each server that runs. */
export const dataFolder: string = join(servicesFolder, "data");

let swept: Promise<void> | undefined;

/**
 * Makes a new folder for one server, `.services/data/PID-NAME-...` with the id of this process. Folders of processes
 * that died without cleaning up go on the way.
 */
export async function makeServerFolder(name: string): Promise<string> {
  swept ??= sweep();
  await swept;
  return mkdtemp(join(dataFolder, `${process.pid}-${name}-`));
}

async function sweep(): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const abandoned = (await readdir(dataFolder)).filter(
    (entry) => !isAlive(Number.parseInt(entry, 10)),
  );
  await Promise.all(
    abandoned.map((entry) => rm(join(dataFolder, entry), { recursive: true, force: true })),
  );
}
