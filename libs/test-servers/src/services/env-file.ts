import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { isAlive } from "../process/is-alive.ts";
import { servicesFolder } from "../services-folder.ts";

/** Where `npm run services` leaves the addresses of its servers, for `npm start` and for `node --env-file`. */
export const defaultEnvFile: string = join(servicesFolder, ".env");

/**
 * Replaces the file at once; only its owner may read it. A second one of this set's own, `FILE.PID`, lets another set that has written
 * the file since give it back when it ends.
 */
export async function writeEnvFile(
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const text = `${firstLine()}\n${lines.join("\n")}\n`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, text, { mode: 0o600 });
  await replace(file, text);
}

/** Leaves the file of another set, which has written it since; a set that still runs gets it back. */
export async function removeOwnEnvFile(file: string): Promise<void> {
  await rm(`${file}.${process.pid}`, { force: true });
  const text = await readFile(file, "utf8").catch(() => "");
  if (!text.startsWith(`${firstLine()}\n`)) return;
  const other = await textOfOther(file);
  if (other === undefined) await rm(file, { force: true });
  else await replace(file, other);
}

/** What another set wrote whose process lives; files of those that were killed are removed. */
async function textOfOther(file: string): Promise<string | undefined> {
  const start = `${basename(file)}.`;
  const names = await readdir(dirname(file));
  let found: string | undefined;
  for (const name of names.filter((one) => one.startsWith(start))) {
    const pid = name.slice(start.length);
    const path = join(dirname(file), name);
    if (!/^\d+$/.test(pid)) continue;
    if (isAlive(Number(pid))) found = await readFile(path, "utf8").catch(() => found);
    else await rm(path, { force: true });
  }
  return found;
}

async function replace(file: string, text: string): Promise<void> {
  const next = `${file}.${process.pid}.next`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, file);
}

function firstLine(): string {
  return `# Servers of \`npm run services\`, process ${process.pid}; gone when it ends`;
}
