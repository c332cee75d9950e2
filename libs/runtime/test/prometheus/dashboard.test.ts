import { expect, test } from "@jest/globals";
import * as z from "zod";
import { readConfig } from "./support/configs-folder.ts";
import {
  annotationsOf,
  type Chart,
  chartsOf,
  queryVariablesOf,
  shippedDashboard,
  substitute,
} from "./support/dashboard.ts";
import { SCRAPED, seriesIn } from "./support/metric-names.ts";

const dashboard = await shippedDashboard();
const charts = chartsOf(dashboard);
const expressions = charts.flatMap(({ targets }) => targets.map(({ expr }) => expr));

test("has the address that links to it go by", () => {
  expect(dashboard.uid).toBe("cogniverse-cache");
});

test("no two panels have one number, and no two targets of a panel one letter", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const doubled = charts.filter(
    ({ targets }) => new Set(targets.map((t) => t.refId)).size < targets.length,
  );
  expect(doubled).toEqual([]);
});

test("no panel lies over another or reaches beyond the 24 columns, and no gap is left above one", () => {
  const places = dashboard.panels.map(({ title, gridPos }) => ({ title, ...gridPos }));
  const apart = (a: Chart["gridPos"], b: Chart["gridPos"]): boolean =>
    a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
  const wrong = places.filter(
    (one, index) =>
      one.x + one.w > 24 || places.slice(index + 1).some((other) => !apart(one, other)),
  );
  expect(wrong).toEqual([]);
  const floating = places.filter(
    ({ x, y, w }) => y > 0 && !places.some((p) => p.y + p.h === y && p.x < x + w && x < p.x + p.w),
  );
  expect(floating).toEqual([]);
});

test("stats ask for now, the others for a range", () => {
  const wrong = charts.filter(({ type, targets }) =>
    targets.some(({ instant, range }) => instant !== (type === "stat") || range === instant),
  );
  expect(wrong).toEqual([]);
});

test("variables choose the data source, the job, the tenant, the key type and the tier", () => {
  const names = dashboard.templating.list.map(({ name }) => name);
  expect(names).toEqual(["datasource", "job", "tenant", "key_type", "tier"]);
  for (const { definition, query } of queryVariablesOf(dashboard))
    expect(query.query).toBe(definition);
});

test("expressions use variables that there are, and series that the cache tells", () => {
  const values = Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, "x"]));
  const all = [...expressions, ...annotationsOf(dashboard)];
  const left = all.filter((expr) => substitute(expr, values, "1m").includes("$"));
  expect(left).toEqual([]);
  expect(all.flatMap(seriesIn).filter((name) => !SCRAPED.has(name))).toEqual([]);
});

test("everything that the cache tells is shown", () => {
  const base = (name: string): string => name.replace(/_(?:bucket|count|sum)$/, "");
  const shown = new Set(expressions.flatMap(seriesIn).map(base));
  expect([...SCRAPED].map(base).filter((name) => !shown.has(name))).toEqual([]);
});

test("Grafana is given this dashboard, and the data source that it starts with", async () => {
  const sources = z.object({
    datasources: z.array(z.object({ uid: z.string(), type: z.string(), url: z.string() })),
  });
  const file = await readConfig("grafana/provisioning/datasources/prometheus.yaml");
  const [source] = sources.parse(file).datasources;
  const [variable] = dashboard.templating.list;
  expect(source).toEqual({ uid: "prometheus", type: "prometheus", url: "http://prometheus:9090" });
  expect(variable?.current.value).toBe(source?.uid);
  expect(await readConfig("grafana/provisioning/dashboards/cogniverse-cache.yaml")).toMatchObject({
    apiVersion: 1,
    providers: [{ type: "file", options: { path: "/var/lib/grafana/dashboards" } }],
  });
});
