import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { servicesFolder } from "../services-folder.ts";

/** Where `npm run services` leaves the addresses of its servers, for `npm start` and for `node --env-file`. */
export const defaultEnvFile: string = join(servicesFolder, ".env");

/** Replaces the file at once; only its owner may read it. */
export async function writeEnvFile(
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const own = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(own, `${firstLine()}\n${lines.join("\n")}\n`, { mode: 0o600 });
  await rename(own, file);
}

/** Leaves the file of another process, which has written it since. */
export async function removeOwnEnvFile(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  if (text.startsWith(`${firstLine()}\n`)) await rm(file, { force: true });
}

function firstLine(): string {
  return `# Servers of \`npm run services\`, process ${process.pid}; gone when it ends`;
}
