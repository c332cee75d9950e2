import type * as z from "zod";
import { configSchema } from "./config-schema.ts";
import type { ConfigPath, Finding } from "./config-problem.ts";
import { isSecretName } from "./mask-secrets.ts";
import { nearestName } from "./nearest-name.ts";
import { kindOf, valueAt } from "./raw-value.ts";
import { validNames } from "./schema-names.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with names and types, all at once. */
export function schemaFindings(data: unknown): readonly Finding[] {
  const result = configSchema.safeParse(data);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => findings(issue, data));
}

function findings(issue: Issue, data: unknown): readonly Finding[] {
  const inner = issue.code === "invalid_union" ? insideChoice(issue) : [];
  if (inner.length > 0) return inner.flatMap((one) => findings(one, data));
  // Property names are never symbols here: they come from YAML or JSON.
  const path: ConfigPath = issue.path.map((part) =>
    typeof part === "number" ? part : String(part),
  );
  if (issue.code === "unrecognized_keys")
    return issue.keys.filter((key) => !isExtension(path, key)).map((key) => unknownName(path, key));
  // Names of tiers have checks of their own, which say more.
  if (issue.code === "invalid_key") return [];
  const value = valueAt(data, path);
  const missing = value === undefined && path.length > 0;
  const suggestion =
    issue.code === "invalid_value" && typeof value === "string"
      ? nearestName(value, issue.values.map(String))
      : undefined;
  const message = missing
    ? `"${path.at(-1)}" is missing: it must be ${expected(issue)}`
    : `${subject(path)} must be ${expected(issue)}${received(issue, value)}${hint(issue, value)}${meant(suggestion)}`;
  return [{ code: "wrong_value", path, message, suggestion }];
}

/** What is wrong inside of a value that may be of several kinds, if it is of one of them. */
function insideChoice(issue: Extract<Issue, { code: "invalid_union" }>): readonly Issue[] {
  const inside = issue.errors.find((ofOne) => ofOne.every(({ path }) => path.length > 0)) ?? [];
  return inside.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** Properties `x-...` at the top are the reader's own, for anchors. */
function isExtension(path: ConfigPath, key: string): boolean {
  return path.length === 0 && key.startsWith("x-");
}

/** Sections of the file. */
const TOP_NAMES: readonly string[] = validNames([]);

function unknownName(path: ConfigPath, key: string): Finding {
  const names = validNames(path);
  const suggestion = nearestName(key, names);
  const known = names.length === 0 ? "" : ` Known here: ${names.join(", ")}.`;
  const isAbove = path.length > 0 && !names.includes(key) && TOP_NAMES.includes(key);
  if (isAbove) {
    const message = `"${key}" stands at the top, not inside of "${path.at(-1)}"`;
    return { code: "unknown_name", path: [...path, key], message, atName: true };
  }
  const message = `Unknown option "${key}"${suggestion === undefined ? `.${known}` : meant(suggestion)}`;
  return { code: "unknown_name", path: [...path, key], message, suggestion, atName: true };
}

function meant(suggestion: string | undefined): string {
  return suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
}

function subject(path: ConfigPath): string {
  const last = path.at(-1);
  if (last === undefined) return "The file";
  return typeof last === "number" ? `Item ${last + 1}` : `"${last}"`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function expected(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return smallest(issue);
    case "too_big":
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function smallest(issue: Extract<Issue, { code: "too_small" }>): string {
  if (issue.origin === "string") return "text that is not empty";
  return issue.inclusive === true ? `at least ${issue.minimum}` : `more than ${issue.minimum}`;
}

/** Numbers are shown unless they stand for a secret, text is not: it may have come from a variable. */
function received(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_format") return "";
  if (issue.code === "invalid_value" && typeof value === "string") return "";
  if (value === "") return ", not empty";
  const isSecret = issue.path.some((part) => isSecretName(String(part)));
  return typeof value === "number" && Number.isFinite(value) && !isSecret
    ? `, not ${value}`
    : `, not ${kindOf(value)}`;
}

function hint(issue: Issue, value: unknown): string {
  if (issue.code === "too_small" && issue.path.at(-1) === "ttl")
    return " (null = never expires; leave it out for each tier's own default)";
  if (issue.code !== "invalid_type") return "";
  const isSwitch = value === true || value === null;
  if (isSwitch && issue.expected === "object" && takesDefaults(issue.path))
    return ": {} takes the defaults";
  if (
    issue.expected === "boolean" &&
    typeof value === "string" &&
    /^(?:yes|no|on|off)$/i.test(value)
  )
    return ": YAML 1.2 reads yes, no, on and off as text";
  if (typeof value === "string" && issue.expected !== "object" && isScalarText(value))
    return ": take the quotes away";
  const scalar = typeof value === "number" || typeof value === "boolean";
  return issue.expected === "string" && scalar ? ": put it in quotes" : "";
}

/** All of telemetry is optional, but for where metrics are pushed to. */
function takesDefaults(path: Issue["path"]): boolean {
  return path[0] === "telemetry" && path.at(-1) !== "otlp";
}

function isScalarText(text: string): boolean {
  return /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(text);
}
