import * as z from "zod";
import { readConfig } from "./configs-folder.ts";

/** Whatever Prometheus the person at the browser has chosen. */
const chosenSource = z.strictObject({
  type: z.literal("prometheus"),
  uid: z.literal("${datasource}"),
});
const gridPos = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: chosenSource,
  editorMode: z.literal("code"),
  expr: z.string().min(1),
  legendFormat: z.string(),
  instant: z.boolean(),
  range: z.boolean(),
});
const row = z.strictObject({
  id: z.int().positive(),
  type: z.literal("row"),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos: gridPos.extend({ x: z.literal(0), w: z.literal(24), h: z.literal(1) }),
  panels: z.tuple([]),
});
const chart = z.strictObject({
  id: z.int().positive(),
  type: z.enum(["stat", "timeseries", "state-timeline"]),
  title: z.string().min(1),
  description: z.string().min(1),
  datasource: chosenSource,
  gridPos,
  fieldConfig: z.strictObject({
    defaults: z.looseObject({ color: z.strictObject({ mode: z.string() }) }),
    overrides: z.tuple([]),
  }),
  options: z.looseObject({}),
  targets: z.array(target).min(1),
});
const common = {
  name: z.string(),
  label: z.string(),
  description: z.string(),
  regex: z.literal(""),
};
const shown = { hide: z.literal(0), skipUrlSync: z.literal(false), options: z.tuple([]) };
const sourceVariable = z.strictObject({
  ...common,
  ...shown,
  type: z.literal("datasource"),
  query: z.literal("prometheus"),
  refresh: z.literal(1),
  multi: z.literal(false),
  includeAll: z.literal(false),
  current: z.strictObject({ selected: z.boolean(), text: z.string(), value: z.string() }),
});
const queryVariable = z.strictObject({
  ...common,
  ...shown,
  type: z.literal("query"),
  datasource: chosenSource,
  definition: z.string(),
  query: z.strictObject({
    qryType: z.literal(1),
    query: z.string(),
    refId: z.literal("PrometheusVariableQueryEditor-VariableQuery"),
  }),
  refresh: z.literal(2),
  sort: z.literal(1),
  multi: z.literal(true),
  includeAll: z.literal(true),
  allValue: z.literal(".*"),
  current: z.strictObject({
    selected: z.literal(true),
    text: z.tuple([z.literal("All")]),
    value: z.tuple([z.literal("$__all")]),
  }),
});
const ownAnnotation = z.strictObject({
  datasource: chosenSource,
  enable: z.boolean(),
  hide: z.boolean(),
  iconColor: z.string(),
  name: z.string(),
  expr: z.string(),
  step: z.string(),
  titleFormat: z.string(),
  textFormat: z.string(),
  tagKeys: z.string(),
});
const grafanasAnnotation = z.looseObject({ builtIn: z.literal(1), type: z.literal("dashboard") });

/** The classic model of Grafana, schema version 42, as far as this dashboard uses it: what is not named here is a mistake. */
const dashboard = z.strictObject({
  id: z.null(),
  uid: z.string().regex(/^[\w-]{8,40}$/),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  timezone: z.literal("browser"),
  editable: z.boolean(),
  fiscalYearStartMonth: z.literal(0),
  graphTooltip: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  preload: z.boolean(),
  refresh: z.string(),
  schemaVersion: z.literal(42),
  version: z.int().positive(),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  timepicker: z.strictObject({}),
  links: z.array(z.never()),
  annotations: z.strictObject({ list: z.array(z.union([grafanasAnnotation, ownAnnotation])) }),
  templating: z.strictObject({ list: z.array(z.union([sourceVariable, queryVariable])) }),
  panels: z.array(z.union([row, chart])),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Chart = z.infer<typeof chart>;
export type QueryVariable = z.infer<typeof queryVariable>;

/** The dashboard that is shipped. Throws where its form is not Grafana's. */
export async function shippedDashboard(): Promise<Dashboard> {
  return dashboard.parse(await readConfig("grafana/dashboards/cogniverse-cache.json"));
}

export function chartsOf({ panels }: Dashboard): readonly Chart[] {
  return panels.filter((panel) => panel.type !== "row");
}

export function queryVariablesOf({ templating }: Dashboard): readonly QueryVariable[] {
  return templating.list.filter((variable) => variable.type === "query");
}

/** Expressions of annotations. */
export function annotationsOf({ annotations }: Dashboard): readonly string[] {
  return annotations.list.flatMap((one) =>
    "expr" in one && typeof one.expr === "string" ? [one.expr] : [],
  );
}

/** Puts values in the place of Grafana's variables; a range that Grafana works out from the screen becomes `range`. */
export function substitute(
  expression: string,
  values: Readonly<Record<string, string>>,
  range: string,
): string {
  return expression
    .replaceAll(/\$__(?:rate_interval|interval|range)\b/g, range)
    .replaceAll(/\$(\w+)/g, (name, variable: string) => values[variable] ?? name);
}
