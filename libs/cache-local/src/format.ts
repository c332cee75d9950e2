import { CacheError } from "@cogniverse/sdk";
import type { Environment } from "./environment.ts";

/** The version of everything under base_path: directories, tables, index records, log records. */
const FORMAT_VERSION = 1;

const META = "meta";
const FORMAT = Buffer.from("format");

/**
 * Writes the format version into a new environment and checks it in an old one, before any other table is touched.
 * Throws `invalid_config` for a version of another release.
 */
export function checkFormat(environment: Environment, path: string): void {
  const meta = environment.table(META);
  environment.refresh();
  const found = meta.getBinary(FORMAT) ?? writeFormat(environment, path);
  const version = found.toString("utf8");
  if (version === String(FORMAT_VERSION)) return;
  throw new CacheError(
    "invalid_config",
    `${path} has format ${JSON.stringify(version.slice(0, 20))}, this release reads ${FORMAT_VERSION}. ` +
      "Use the release that wrote it, or give this one another base_path; nothing was changed.",
  );
}

function writeFormat(environment: Environment, path: string): Buffer {
  const meta = environment.table(META);
  return environment.transact(() => {
    const other = meta.getBinary(FORMAT);
    if (other !== undefined) return other;
    if (hasRows(meta))
      throw new CacheError(
        "invalid_config",
        `${path} holds tables without a format record. Give this cache a base_path of its own.`,
      );
    const own = Buffer.from(String(FORMAT_VERSION));
    meta.putSync(FORMAT, own);
    return own;
  }, "before");
}

function hasRows(table: ReturnType<Environment["table"]>): boolean {
  return [...table.getKeys({ limit: 1 })].length > 0;
}
