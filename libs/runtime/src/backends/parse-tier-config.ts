import type { BackendModule, ConfigProblem } from "@cogniverse/sdk";
import type { ConfigPath, Finding } from "../config/config-problem.ts";
import { nearestName } from "../config/nearest-name.ts";
import { isRawMap, mapIn, valueAt } from "../config/raw-value.ts";

/** What a backend made of its `config`: its options, or what is wrong with it. */
export type ParsedTier = Readonly<
  { ok: true; options: unknown } | { ok: false; findings: readonly Finding[] }
>;

/** Lets a backend's module read the `config` of a tier. `path` is that of the tier. */
export function parseTierConfig(
  module: BackendModule,
  config: unknown,
  path: ConfigPath,
): ParsedTier {
  try {
    const parsed = module.parse(config ?? {});
    if (parsed.ok) return parsed;
    return { ok: false, findings: parsed.problems.map((p) => finding(module, config, p, path)) };
  } catch (error) {
    // It promised not to throw; whoever wrote the configuration must still learn where this happened.
    const why = error instanceof Error ? error.message : String(error);
    const message = `The backend "${module.name}" failed on this: ${why}`;
    return {
      ok: false,
      findings: [{ code: "broken_package", path: [...path, "config"], message }],
    };
  }
}

function finding(
  module: BackendModule,
  config: unknown,
  problem: ConfigProblem,
  tier: ConfigPath,
): Finding {
  const path = [...tier, "config", ...problem.path];
  const name = problem.path.at(-1);
  const unknown = problem.expected !== undefined && !isKnown(module.jsonSchema, problem.path);
  // Of a known property it is the value that is misspelt.
  const misspelt = unknown ? name : valueAt(config, problem.path);
  const suggestion =
    problem.expected !== undefined && (typeof misspelt === "string" || unknown)
      ? nearestName(String(misspelt), problem.expected)
      : undefined;
  const message = `"${subjectOf(problem.path)}": ${problem.message}`;
  const said = suggestion === undefined || message.includes(`did you mean`);
  return {
    code: unknown ? "unknown_name" : "wrong_value",
    path,
    message: said ? message : `${message}; did you mean "${suggestion}"?`,
    suggestion,
    atName: unknown,
  };
}

/** The last name of a path, with its place in a list: `lifecycle_rules[0]`. */
function subjectOf(path: ConfigPath): string {
  const named = path.findLastIndex((part) => typeof part === "string");
  const places = path.slice(named + 1).map((place) => `[${place}]`);
  return `${path[named] ?? "config"}${places.join("")}`;
}

/** Whether a backend's schema has a property of that path: then its value is wrong, not its name. */
function isKnown(schema: unknown, path: readonly (string | number)[]): boolean {
  const [part, ...rest] = path;
  if (part === undefined) return schema !== undefined;
  if (!isRawMap(schema)) return false;
  const anyOf = schema["anyOf"];
  if (Array.isArray(anyOf)) return anyOf.some((one) => isKnown(one, path));
  if (typeof part === "number") return isKnown(schema["items"], rest);
  // Where any name may stand, `additionalProperties` is what each of them is to be.
  const others = schema["additionalProperties"];
  return isKnown(
    mapIn(schema, "properties")[part] ?? (isRawMap(others) ? others : undefined),
    rest,
  );
}
