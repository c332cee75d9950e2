import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** Path of what lies in `configs/`. */
export function configPath(name: string): string {
  return fileURLToPath(new URL(`../../../../../configs/${name}`, import.meta.url));
}

/** The content of a YAML or JSON file in `configs/`, as it is: whoever reads it checks its form. */
export async function readConfig(name: string): Promise<unknown> {
  // The parser gives `any`.
  return parse(await readFile(configPath(name), "utf8"), { merge: true }) as unknown;
}
