import * as z from "zod";
import { configSchema } from "./config-schema.ts";
import type { ConfigPath } from "./config-problem.ts";
import { isRawMap, mapIn, type RawMap } from "./raw-value.ts";

/** JSON Schema of the file without what backends add. */
export function bareJsonSchema(): RawMap {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-2020-12" });
}

/** Names of the options that may stand below a path. */
export function validNames(path: ConfigPath): readonly string[] {
  let node: unknown = bareJsonSchema();
  for (const part of path) node = child(node, part);
  return Object.keys(mapIn(node, "properties"));
}

function child(node: unknown, part: string | number): unknown {
  if (!isRawMap(node)) return undefined;
  if (typeof part === "number") return node["items"];
  return mapIn(node, "properties")[part] ?? node["additionalProperties"];
}
