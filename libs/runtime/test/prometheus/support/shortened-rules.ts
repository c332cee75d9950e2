import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownFolder } from "./own-folder.ts";
import { shippedRules, type RulesFile } from "./rules-file.ts";

/** So many times faster than shipped: five minutes are three seconds. Nothing but durations is changed. */
export const SPEED = 100;

const UNITS = { s: 1000, m: 60_000, h: 3_600_000 };

/** Every `for:` and every range `[5m]` of the rules, divided by {@link SPEED}. */
export function shorten(rules: RulesFile): RulesFile {
  return {
    groups: rules.groups.map(({ name, rules: shipped }) => ({
      name,
      rules: shipped.map((rule) => {
        const expr = rule.expr.replaceAll(
          /\[(\d+[smh])\]/g,
          (_, range: string) => `[${fast(range)}]`,
        );
        return "alert" in rule ? { ...rule, expr, for: fast(rule.for) } : { ...rule, expr };
      }),
    })),
  };
}

function fast(duration: string): string {
  const [, count, unit = ""] = /^(\d+)([smh])$/.exec(duration) ?? [];
  if (count === undefined || !isUnit(unit)) throw new Error(`${duration} is no duration`);
  return `${(Number(count) * UNITS[unit]) / SPEED}ms`;
}

function isUnit(unit: string): unit is keyof typeof UNITS {
  return Object.hasOwn(UNITS, unit);
}

/** A file of the shortened rules, for as long as it is not disposed of. */
export async function shortenedRulesFile(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await ownFolder();
  const path = join(folder.path, "rules.yaml");
  // JSON is YAML.
  await writeFile(path, JSON.stringify(shorten(await shippedRules())));
  return { path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
