import { defineKeyType, keys } from "@cogniverse/core";
import { CacheError, type KeyType } from "@cogniverse/sdk";
import { CODECS } from "./key-type-codecs.ts";
import type { Finding } from "./config-problem.ts";
import { isRawMap, type RawMap } from "./raw-value.ts";

/** Key types that are there before any is configured. */
export const BUILT_IN_KEY_TYPES: readonly Pick<KeyType<unknown>, "template" | "family">[] =
  Object.values(keys);

/** Templates that cannot be, or that are there already. */
export function keyTypeFindings(caching: RawMap): readonly Finding[] {
  const seen = new Map(
    BUILT_IN_KEY_TYPES.map(({ template }) => [`${template} 1`, "a built-in one"]),
  );
  return configured(caching).flatMap(({ template, version, index }): readonly Finding[] => {
    const path = ["caching", "key_types", index, "template"];
    const problem = templateProblem(template);
    if (problem !== undefined) return [{ code: "wrong_value", path, message: problem }];
    const other = seen.get(`${template} ${version}`);
    seen.set(`${template} ${version}`, `item ${index + 1}`);
    if (other === undefined) return [];
    const message = `A key type of this template and version is there already: ${other}`;
    return [{ code: "impossible", path, message }];
  });
}

/** Families of all key types that are well-formed, built in and configured. */
export function knownFamilies(caching: RawMap): readonly string[] {
  const own = configured(caching).flatMap(({ template }) =>
    templateProblem(template) === undefined ? (template.split("/")[0] ?? []) : [],
  );
  return [...new Set([...BUILT_IN_KEY_TYPES.map(({ family }) => family), ...own])];
}

function configured(
  caching: RawMap,
): readonly Readonly<{ template: string; version: number; index: number }>[] {
  const list: unknown = caching["key_types"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) =>
    isRawMap(item) && typeof item["template"] === "string"
      ? [{ template: item["template"], version: versionOf(item), index }]
      : [],
  );
}

/** What is no number is reported by the schema. */
function versionOf(item: RawMap): number {
  return typeof item["version"] === "number" ? item["version"] : 1;
}

function templateProblem(template: string): string | undefined {
  try {
    defineKeyType(template, CODECS.bytes);
    return undefined;
  } catch (error) {
    if (CacheError.isInstance(error)) return error.message;
    throw error;
  }
}
