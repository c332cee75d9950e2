import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { CacheConfig } from "./cache-config.ts";
import type { LocatedProblem } from "./config-problem.ts";
import type { Environment } from "./expand-variables.ts";
import { readSource } from "./read-source.ts";
import type { YamlDocument } from "./yaml-document.ts";

/** A YAML file, or the same as an object. Variables are expanded in files only: an object's maker has them at hand. */
export type ConfigSource =
  | Readonly<{ configPath: string; config?: undefined }>
  | Readonly<{ config: CacheConfig; configPath?: undefined }>;

/** What a source says, before its content was checked. */
export type OpenedSource = Readonly<{
  yaml: YamlDocument | undefined;
  /** `undefined` where it could not be read. */
  data: unknown;
  problems: readonly LocatedProblem[];
  /** What came from variables that are called like secrets. */
  secrets: readonly string[];
  /** Folders whose packages are looked into for backends. */
  bases: readonly URL[];
}>;

/** Reads a source. Never throws. */
export async function openSource(source: ConfigSource, env: Environment): Promise<OpenedSource> {
  const here = folderUrl(process.cwd());
  if (source.configPath === undefined)
    return { yaml: undefined, data: source.config, problems: [], secrets: [], bases: [here] };
  const file = source.configPath;
  const bases = [folderUrl(dirname(resolve(file))), here];
  try {
    const text = await readFile(file, "utf8");
    return { ...readSource(text, file, env), bases };
  } catch (error) {
    return {
      yaml: undefined,
      data: undefined,
      problems: [unreadable(file, error)],
      secrets: [],
      bases,
    };
  }
}

function folderUrl(folder: string): URL {
  return pathToFileURL(`${folder}/`);
}

function unreadable(file: string, error: unknown): LocatedProblem {
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return { code: "unreadable_file", path: "", file, message: `${why} (${resolve(file)})` };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "There is no such file",
  EISDIR: "This is a folder, not a file",
  EACCES: "This file may not be read",
};
