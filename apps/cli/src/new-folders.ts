import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { ResolvedConfig } from "@cogniverse/runtime";

/** A folder of a local tier that opening the cache would make, because the working directory may be another than the one that was meant. */
export type NewFolder = Readonly<{ tier: string; path: string }>;

/** Folders of local tiers that are named relative to the working directory and are not there. To be called before the cache is opened. */
export function missingFolders({ tiers }: ResolvedConfig): readonly NewFolder[] {
  return tiers.flatMap(({ name: tier, module, options }) => {
    const named = module.name === "local" ? basePathOf(options) : undefined;
    if (named === undefined || isAbsolute(named)) return [];
    const path = resolve(named);
    return existsSync(path) ? [] : [{ tier, path }];
  });
}

function basePathOf(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null || !("base_path" in options))
    return undefined;
  return typeof options.base_path === "string" ? options.base_path : undefined;
}

/** Of those that were missing, what opening the cache has made, for a person to remark. */
export function madeFolders(missing: readonly NewFolder[]): readonly string[] {
  return missing
    .filter(({ path }) => existsSync(path))
    .map(
      ({ tier, path }) =>
        `made a new cache in ${path}: is base_path of "${tier}", which is relative to the working directory, the one you meant?`,
    );
}
