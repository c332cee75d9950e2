import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { promtool, serverSuite } from "@cogniverse/test-servers";
import { stringify } from "yaml";
import * as z from "zod";
import { configPath, readConfig } from "./support/configs-folder.ts";
import { SCRAPED, seriesIn } from "./support/metric-names.ts";
import { alertsOf, recordingsOf, RULES_FILE, shippedRules } from "./support/rules-file.ts";
import { shorten, SPEED } from "./support/shortened-rules.ts";

const run = promisify(execFile);
const rules = await shippedRules();
const alerts = alertsOf(rules);
const recordings = recordingsOf(rules);
const testsFolder = configPath("prometheus/tests");
const testFiles = (await readdir(testsFolder)).toSorted();

const unitTests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z
        .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }))
        .default([]),
      promql_expr_test: z.array(z.object({ expr: z.string() })).default([]),
    }),
  ),
});
const shown = (
  await Promise.all(
    testFiles.map(async (file) => unitTests.parse(await readConfig(`prometheus/tests/${file}`))),
  )
).flatMap(({ tests }) => tests);

/** What promtool says, with its exit code. */
async function judge(...args: string[]): Promise<{ code: unknown; output: string }> {
  try {
    const { stdout, stderr } = await run(await promtool(), args);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
    const { code, stdout, stderr } = failed.parse(error);
    return { code, output: stdout + stderr };
  }
}

/** Runs `use` in a folder that has the rules without one alert, and the unit tests beside them. */
async function without<R>(name: string, use: (tests: readonly string[]) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-promtool-"));
  try {
    const left = rules.groups.map((group) => ({
      ...group,
      rules: group.rules.filter((rule) => !("alert" in rule && rule.alert === name)),
    }));
    await writeFile(join(folder, RULES_FILE), stringify({ groups: left }));
    const copies = testFiles.map(async (file) => {
      const text = await readFile(join(testsFolder, file), "utf8");
      const copy = join(folder, file);
      await writeFile(copy, text.replace(`../${RULES_FILE}`, RULES_FILE));
      return copy;
    });
    return await use(await Promise.all(copies));
  } finally {
    await rm(folder, { recursive: true });
  }
}

serverSuite(["prometheus"], describe)("promtool", () => {
  test("finds nothing wrong with the rules and with the configuration of Prometheus", async () => {
    const rulesFound = await judge("check", "rules", configPath(`prometheus/${RULES_FILE}`));
    expect(rulesFound).toMatchObject({ code: 0 });
    expect(rulesFound.output).toContain(`${alerts.length + recordings.length} rules found`);
    expect(await judge("check", "config", configPath("prometheus/prometheus.yaml"))).toMatchObject({
      code: 0,
    });
  });

  test.each(testFiles)("sees the alerts fire, and not fire, where %s says", async (file) => {
    expect(await judge("test", "rules", join(testsFolder, file))).toMatchObject({ code: 0 });
  });

  test.each(alerts.map(({ alert }) => alert))("misses %s where it is taken away", async (alert) => {
    const found = await without(alert, (tests) => judge("test", "rules", ...tests));
    expect(found).toMatchObject({ code: 1, output: expect.stringContaining(alert) });
  });
});

test.each(alerts.map(({ alert }) => alert))("%s is seen to fire and not to fire", (alert) => {
  const expected = shown
    .flatMap(({ alert_rule_test: tests }) => tests)
    .filter(({ alertname }) => alertname === alert)
    .map(({ exp_alerts: found }) => found.length > 0);
  expect(new Set(expected)).toEqual(new Set([true, false]));
});

test.each(alerts)("what to do about $alert is written down", async ({ alert, annotations }) => {
  const [file = "", section] = annotations.runbook.split("#");
  expect({ file, section }).toEqual({ file: "docs/telemetry.md", section: alert.toLowerCase() });
  const [, text = ""] = (await readFile(configPath(`../${file}`), "utf8")).split(
    `\n### ${alert}\n`,
  );
  expect(text.split("\n#")[0]?.length).toBeGreaterThan(200);
});

test("every recorded series is used by another rule, or shown", () => {
  const expressions = [
    ...alerts.map(({ expr }) => expr),
    ...recordings.map(({ expr }) => expr),
    ...shown.flatMap(({ promql_expr_test: tests }) => tests.map(({ expr }) => expr)),
  ];
  const used = new Set(expressions.flatMap(seriesIn));
  expect(recordings.filter(({ record }) => !used.has(record))).toEqual([]);
});

test("rules read what the cache tells, by the names of the scrape endpoint", () => {
  const recorded = new Set(recordings.map(({ record }) => record));
  const read = [...alerts, ...recordings].flatMap(({ expr }) => seriesIn(expr));
  expect(read.filter((name) => !SCRAPED.has(name) && !recorded.has(name))).toEqual([]);
});

test("recorded series are called level:metric:operation", () => {
  const pattern = /^[a-z]+(_[a-z]+)*:cache_[a-z_]+:[a-z0-9_]+$/;
  expect(recordings.filter(({ record }) => !pattern.test(record))).toEqual([]);
});

test("a test that hurries changes durations alone", () => {
  const rule = { record: "a:b:c", expr: "rate(x[5m]) / min_over_time(y[1h])" };
  const file = { groups: [{ name: "g", rules: [rule, ...alerts.slice(0, 1)] }] };
  expect(SPEED).toBe(100);
  expect(shorten(file).groups[0]?.rules).toEqual([
    { record: "a:b:c", expr: "rate(x[3000ms]) / min_over_time(y[36000ms])" },
    { ...alerts[0], for: "9000ms" },
  ]);
});
