import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { METRICS } from "@cogniverse/sdk";
import { promtool, startPrometheus, type PrometheusServer } from "@cogniverse/test-servers";
import { SCRAPED, started, type Started } from "./node-metrics.ts";

/** Something under every name of the catalogue. */
function measureAll({ port }: Started): void {
  for (const [name, { kind }] of Object.entries(METRICS)) {
    if (kind === "histogram")
      for (const value of [0.001, 0.02, 7, 1e6])
        port.recordHistogram(name, "", value, { tier: "hot" });
    else port.observe(name, (emit) => emit(42, { tier: "hot", "tenant.id": 'a"\\\n' }));
  }
}

interface Answer {
  readonly data: {
    readonly result: readonly Readonly<{
      metric: Record<string, string>;
      value: [number, string];
    }>[];
  };
}

async function query(
  prometheus: PrometheusServer,
  promql: string,
): Promise<Answer["data"]["result"]> {
  const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(promql)}`;
  // The form of an answer of Prometheus' API to an instant query.
  const answer = (await (await fetch(url)).json()) as Answer;
  return answer.data.result;
}

/** Asks until the first scrape is in the database. */
async function scraped(prometheus: PrometheusServer): Promise<void> {
  while ((await query(prometheus, "target_info")).length === 0) await setTimeout(50);
}

test("a real Prometheus has every instrument of the catalogue under the exporter's names", async () => {
  await using metrics = await started(SCRAPED);
  measureAll(metrics);
  const target = new URL(metrics.running.prometheus?.url ?? "").host;
  const prometheus = await startPrometheus({ targets: [target] });
  try {
    await scraped(prometheus);
    for (const [name, { kind }] of Object.entries(METRICS)) {
      const base = name.replaceAll(".", "_");
      const shown = { counter: `${base}_total`, gauge: base, histogram: `${base}_count` }[kind];
      const [series] = await query(prometheus, `${shown}{tier="hot"}`);
      expect([shown, series?.value[1]]).toEqual([shown, kind === "histogram" ? "4" : "42"]);
    }
    const [hits] = await query(prometheus, "cache_hits_total");
    expect(hits?.metric).toMatchObject({ tier: "hot", tenant_id: 'a"\\\n' });
    const [p50] = await query(prometheus, "histogram_quantile(0.5, cache_latency_bucket)");
    expect(Number(p50?.value[1])).toBeCloseTo(0.025, 5);
  } finally {
    await prometheus.stop();
  }
});

test("promtool understands every line, and complains of nothing but the unit of time", async () => {
  await using metrics = await started(SCRAPED);
  measureAll(metrics);
  const tool = spawn(await promtool(), ["check", "metrics"]);
  tool.stdin.end(await metrics.scrape());
  const [said] = await Promise.all([text(tool.stderr), text(tool.stdout), once(tool, "close")]);
  expect(said.split("\n").filter((line) => line !== "")).toEqual([]);
});
