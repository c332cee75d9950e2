import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { METRICS } from "@cogniverse/sdk";
import { ROOT } from "./code-blocks.ts";

const text = await readFile(join(ROOT, "docs", "telemetry.md"), "utf8");

/** Cells of the rows between a heading and the next one. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const section = text.split(`## ${heading}\n`)[1]?.split(/^## /m)[0] ?? "";
  return [...section.matchAll(/^\| `(.*) \|$/gm)].map((row) =>
    `\`${row[1] ?? ""}`.split("|").map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("every instrument is listed as it is", () => {
  const listed = tableOf("Metrics").map(([name, kind, unit, description]) => ({
    name,
    kind,
    unit,
    description,
  }));
  const existing = Object.entries(METRICS).map(([name, { kind, unit, description }]) => ({
    name,
    kind,
    unit,
    description,
  }));
  expect(listed).toEqual(existing);
});

test("the three questions are asked by filters that are listed, and by panels that there are", async () => {
  const questions = text.split("## Three questions\n")[1]?.split(/^## /m)[0] ?? "";
  const listed = [...tableOf("In Phoenix")].map(([filter]) => filter);
  const filters = [...questions.matchAll(/`([^`]+ == [^`]+|[^`]+ > [^`]+)`/g)].map((m) => m[1]);
  expect(filters).toHaveLength(4);
  expect(filters.filter((filter) => !listed.includes(filter))).toEqual([]);
  const titles = [...questions.matchAll(/\*\*([^*]+)\*\*/g)].map((m) => m[1] ?? "");
  const panels = titles.filter((title) => !/^(?:Phoenix|Prometheus|`stats`)$/.test(title));
  const dashboard = join(ROOT, "configs", "grafana", "dashboards", "cogniverse-cache.json");
  const shown = await readFile(dashboard, "utf8");
  expect(panels).toHaveLength(5);
  expect(panels.filter((title) => !shown.includes(`"title": "${title}"`))).toEqual([]);
});
