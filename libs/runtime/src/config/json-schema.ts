import type { BackendModule } from "@cogniverse/sdk";
import { OWN_BACKENDS } from "../backends/backend-packages.ts";
import { isRawMap, mapIn, type RawMap } from "./raw-value.ts";
import { bareJsonSchema } from "./schema-names.ts";

/** A JSON Schema document (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

const VARIABLE = { $ref: "#/$defs/variable" };

/**
 * The schema that editors complete and check configuration files by, made from what {@link createCache} checks with and from the
 * schemas of the given backends; `config` of other backends may be anything. Wherever a value is no text, a `${VAR}` may stand too.
 */
export function jsonSchema(modules: Iterable<BackendModule> = []): JsonSchema {
  const bare = bareJsonSchema();
  const definitions: Record<string, unknown> = {
    variable: { type: "string", pattern: "\\$\\{", description: "Replaced from the environment" },
  };
  const conditions: unknown[] = [];
  for (const { name, jsonSchema: own } of modules) {
    definitions[`backend-${name}`] = withVariables(embedded(name, own));
    conditions.push({
      if: { properties: { backend: { const: name } }, required: ["backend"] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, in an object that nobody awaits
      then: { properties: { config: { $ref: `#/$defs/backend-${name}` } } },
    });
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of a Cogniverse cache",
    ...amended(withVariables(bare), conditions),
    patternProperties: { "^x-": { description: "The reader's own; a place for anchors." } },
    $defs: definitions,
  };
}

/** What zod cannot say: which names tiers like to have, and what depends on the backend. */
function amended(bare: RawMap, conditions: readonly unknown[]): RawMap {
  const caching = mapIn(mapIn(bare, "properties"), "caching");
  const options = mapIn(caching, "properties");
  const tiers = mapIn(options, "tiers");
  const tier = mapIn(tiers, "additionalProperties");
  const backend = mapIn(mapIn(tier, "properties"), "backend");
  const fullTier = {
    ...tier,
    properties: {
      ...mapIn(tier, "properties"),
      backend: { ...backend, anyOf: [{ enum: [...OWN_BACKENDS] }, { type: "string" }] },
    },
    ...(conditions.length === 0 ? {} : { allOf: conditions }),
  };
  return {
    ...bare,
    properties: {
      ...mapIn(bare, "properties"),
      caching: {
        ...caching,
        properties: { ...options, tiers: { ...tiers, additionalProperties: fullTier } },
      },
    },
  };
}

/** References within a backend's own schema go on leading to its parts. */
function embedded(name: string, schema: RawMap): RawMap {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  return rebased(rest, `#/$defs/backend-${name}`);
}

function rebased(schema: RawMap, base: string): RawMap {
  const out: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$ref" && typeof value === "string" && value.startsWith("#"))
      out[keyword] = base + value.slice(1);
    else if (Array.isArray(value))
      out[keyword] = value.map((item: unknown) => (isRawMap(item) ? rebased(item, base) : item));
    else out[keyword] = isRawMap(value) ? rebased(value, base) : value;
  }
  return out;
}

/** The same schema, with a variable allowed wherever it wants something that is not just any text. */
function withVariables(schema: RawMap): RawMap {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) out[name] = withVariablesIn(name, value);
  // A whole number says nothing more by the limits of what a number can hold exactly.
  if (out["maximum"] === Number.MAX_SAFE_INTEGER) delete out["maximum"];
  return wantsValue(schema) ? asChoice(out) : out;
}

const MAPS = ["properties", "patternProperties", "$defs"];
const LISTS = ["anyOf", "oneOf", "allOf"];
const SCHEMAS = ["additionalProperties", "items", "then", "else"];

function withVariablesIn(keyword: string, value: unknown): unknown {
  if (MAPS.includes(keyword) && isRawMap(value))
    return Object.fromEntries(Object.entries(value).map(([n, v]) => [n, nested(v)]));
  if (LISTS.includes(keyword) && Array.isArray(value)) return value.map(nested);
  return SCHEMAS.includes(keyword) ? nested(value) : value;
}

function nested(value: unknown): unknown {
  return isRawMap(value) ? withVariables(value) : value;
}

function wantsValue(schema: RawMap): boolean {
  if ("enum" in schema || "const" in schema) return true;
  const { type } = schema as { type?: unknown };
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.some((t) => t === "number" || t === "integer" || t === "boolean")) return true;
  return types.includes("string") && ("pattern" in schema || "format" in schema);
}

/** The description stays outside, where editors look for it. */
function asChoice(schema: RawMap): RawMap {
  const { description, default: byDefault, ...rest } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    anyOf: [rest, VARIABLE],
  };
}
