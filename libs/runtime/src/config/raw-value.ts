import type { ConfigPath } from "./config-problem.ts";

/** A map as it was read, before anything about it was checked. */
export type RawMap = Readonly<Record<string, unknown>>;

export function isRawMap(value: unknown): value is RawMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The map under a name, or an empty one: what is wrong with it is said by the schema. */
export function mapIn(map: unknown, name: string): RawMap {
  const value = isRawMap(map) && Object.hasOwn(map, name) ? map[name] : undefined;
  return isRawMap(value) ? value : {};
}

/** The value a path leads to; `undefined` where it leads nowhere. */
export function valueAt(data: unknown, path: ConfigPath): unknown {
  let value = data;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isRawMap(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

/** For messages: the kind of a value, never the value, which may have come from a variable. */
export function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return Number.isFinite(value) ? "a number" : "not a number";
    case "boolean":
      return "true or false";
    case "undefined":
      return "nothing";
    default:
      return "a map";
  }
}
