import type { ConfigProblem, ParsedConfig } from "@cogniverse/sdk";
import type { GcsOptions } from "./gcs-options.ts";
import { OPTION_TABLE, type OptionRule } from "./option-table.ts";

/** JSON Schema of {@link GcsOptions}. */
export const gcsSchema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  required: ["bucket"],
  properties: Object.fromEntries(
    Object.entries(OPTION_TABLE).map(([name, { schema }]) => [name, schema]),
  ),
};

const SECRET: ReadonlySet<string> = new Set(["credentials"]);

/** Checks a `config` object; never throws. Reports everything that is wrong with it, and no secret of it. */
export function parseGcsOptions(config: unknown): ParsedConfig<GcsOptions> {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    const message = `expected an object with bucket, got ${shown(config)}`;
    return { ok: false, problems: [{ path: [], message }] };
  }
  const problems: ConfigProblem[] = [];
  for (const [name, value] of Object.entries(config)) {
    const problem = problemOf(name, value);
    if (problem !== undefined) problems.push(problem);
  }
  if (!("bucket" in config)) problems.push({ path: [], message: "bucket is missing" });
  if ("key_filename" in config && "credentials" in config)
    problems.push({ path: ["credentials"], message: "give key_filename or credentials, not both" });
  // Every property was checked against GcsOptions above.
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, options: config as GcsOptions };
}

function problemOf(name: string, value: unknown): ConfigProblem | undefined {
  if (!isOption(name))
    return { path: [name], message: "unknown option", expected: Object.keys(OPTION_TABLE) };
  const rule: OptionRule = OPTION_TABLE[name];
  const wanted = rule.wrong(value);
  if (wanted === undefined) return undefined;
  const got = SECRET.has(name) || name === "endpoint" ? "" : `, got ${shown(value)}`;
  return { path: [name], message: `expected ${wanted}${got}` };
}

function isOption(name: string): name is keyof GcsOptions {
  return Object.hasOwn(OPTION_TABLE, name);
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
