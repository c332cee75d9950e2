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
  const subject = name === undefined ? "config" : String(name);
  const message = `"${subject}": ${problem.message}`;
  const said = suggestion === undefined || message.includes(`did you mean`);
  return {
    code: unknown ? "unknown_name" : "wrong_value",
    path,
    message: said ? message : `${message}; did you mean "${suggestion}"?`,
    suggestion,
    atName: unknown,
  };
}

/** Whether a backend's schema has a property of that path: then its value is wrong, not its name. */
function isKnown(schema: unknown, path: readonly (string | number)[]): boolean {
  let node: unknown = schema;
  for (const part of path) {
    if (!isRawMap(node)) return false;
    node = typeof part === "number" ? node["items"] : mapIn(node, "properties")[part];
  }
  return node !== undefined;
}
