import { startRecorder } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import type { MetricsSection } from "../../src/index.ts";
import { cacheWith, hitAndMiss } from "../support/otlp-requests.ts";

/** What a Prometheus would read after a hit and a miss of two tenants. */
async function scraped(metrics: MetricsSection): Promise<Readonly<{ url: string; text: string }>> {
  const prometheus = { port: 0, ...metrics.prometheus };
  await using cache = await cacheWith({ metrics: { ...metrics, prometheus } });
  for (const tenant of ["acme", "zeta"]) await hitAndMiss(cache, tenant);
  const url = cache.telemetryReport?.prometheusUrl ?? "";
  return { url, text: await (await fetch(url)).text() };
}

describe("metrics.prometheus", () => {
  test("host, port and path", async () => {
    const { url, text } = await scraped({});
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(text).toMatch(/^cache_hits_total\{[^}]*tier="memory"[^}]*\} 1$/m);
    const other = await scraped({ prometheus: { host: "::1", path: "/figures" } });
    expect(other.url).toMatch(/^http:\/\/\[::1\]:\d+\/figures$/);
    const port = Number(new URL(url).port);
    // Free again, since that cache is closed.
    expect((await scraped({ prometheus: { port } })).url).toBe(url);
  });

  test("port: null is off", async () => {
    await using cache = await cacheWith({ metrics: { prometheus: { port: null } } });
    expect(cache.telemetryReport).toBeUndefined();
  });
});

describe("cardinality", () => {
  test("tenants", async () => {
    expect((await scraped({})).text).toMatch(/cache_hits_total\{[^}]*tenant_id="zeta"/);
    const { text } = await scraped({ tenants: 1 });
    expect(text).not.toContain('tenant_id="zeta"');
    expect(text).toMatch(/cache_hits_total\{[^}]*tenant_id="\(other\)"/);
  });

  test("key_types", async () => {
    const types = async (key_types: number): Promise<ReadonlySet<string>> => {
      await using cache = await cacheWith({ metrics: { prometheus: { port: 0 }, key_types } });
      for (const key of ["experiments/a.json", "frames/v/1.jpg"])
        await cache.getOrCompute(key, "acme", () => new Uint8Array(1)).catch(() => undefined);
      const text = await (await fetch(cache.telemetryReport?.prometheusUrl ?? "")).text();
      const found = text.matchAll(/^cache_misses_total\{[^}]*key_type="([^"]*)"/gm);
      return new Set([...found].map((match) => match[1] ?? ""));
    };
    expect((await types(50)).has("(other)")).toBe(false);
    expect((await types(1)).has("(other)")).toBe(true);
  });
});

test("figures_interval_ms", async () => {
  /** What tier `memory` is said to hold after a second entry went in, where one had been told. */
  const told = async (metrics: MetricsSection): Promise<string | undefined> => {
    await using cache = await cacheWith({ metrics: { prometheus: { port: 0 }, ...metrics } });
    const url = cache.telemetryReport?.prometheusUrl ?? "";
    let text = "";
    for (const key of ["experiments/a.json", "experiments/b.json"]) {
      await cache.put(key, key, "acme");
      // A collection is given what the one before it asked for.
      for (let scrapes = 0; scrapes < 2; scrapes++) text = await (await fetch(url)).text();
    }
    return /^cache_entries\{.*\} (\d+)$/m.exec(text)?.[1];
  };
  expect(await told({})).toBe("1");
  expect(await told({ figures_interval_ms: 60_000 })).toBe("1");
  expect(await told({ figures_interval_ms: 0 })).toBe("2");
});

describe("metrics.otlp, in recorded requests", () => {
  test("endpoint, headers and interval_ms", async () => {
    await using receiver = await startRecorder();
    const otlp = { endpoint: receiver.url, headers: { "x-team": "video" }, interval_ms: 20 };
    await using cache = await cacheWith({ metrics: { otlp } });
    await hitAndMiss(cache);
    // Not closed: only the interval can have sent them.
    const { headers } = await receiver.first("/v1/metrics");
    expect(headers["x-team"]).toBe("video");
    expect(cache.telemetryReport).toMatchObject({ failures: 0 });
  });
});
