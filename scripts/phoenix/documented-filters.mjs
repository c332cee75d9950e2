import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../bootstrap/paths.mjs";

/**
 * The filter expressions that docs/telemetry.md lists below a heading, with what each finds.
 *
 * @param {"Spans tab" | "Traces tab"} heading
 * @returns {readonly { expression: string, finds: string }[]}
 */
export function documentedFilters(heading) {
  const text = readFileSync(join(root, "docs/telemetry.md"), "utf8");
  const [, section = ""] = text.split(`### ${heading}\n`);
  const [table = ""] = section.split(/^#/m);
  return [...table.matchAll(/^\| `([^`]+)`\s*\| (.*?)\s*\|$/gm)].map((row) => ({
    expression: row[1] ?? "",
    finds: row[2] ?? "",
  }));
}
