import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { keys, silentLogger } from "@cogniverse/core";
import { type PhoenixPlace, serverSuite, sharedPhoenix } from "@cogniverse/test-servers";
import { createCache } from "../../src/index.ts";
import { withYaml } from "../support/check-yaml.ts";

const YAML = `caching:
  tiers:
    memory: { backend: memory }
telemetry:
  endpoint: \${PHOENIX_COLLECTOR_ENDPOINT}
  api_key: \${PHOENIX_API_KEY:-}
  project: \${PROJECT}
  tenancy: \${TENANCY:-attribute}
  keys: { visibility: plain }
`;

type StoredSpan = Readonly<{ name: string; attributes: Readonly<Record<string, unknown>> }>;

/** The spans of a project as soon as there are `count`: Phoenix acknowledges before it stores. The test's own limit ends the wait. */
async function stored(place: PhoenixPlace, project: string, count: number): Promise<StoredSpan[]> {
  const headers = place.apiKey === undefined ? {} : { authorization: `Bearer ${place.apiKey}` };
  const url = `${place.url}/v1/projects/${project}/spans?limit=100`;
  for (;;) {
    const answer = await fetch(url, { headers });
    if (answer.ok) {
      // As Phoenix documents it.
      const { data } = (await answer.json()) as { data: StoredSpan[] };
      if (data.length >= count) return data;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const key = keys.transcription({ video: "lecture-1" });

/** A miss and a hit of two tenants, below a span of the application. Returns what became of the spans. */
async function searched(place: PhoenixPlace, env: Readonly<Record<string, string>>) {
  const given = { PHOENIX_COLLECTOR_ENDPOINT: place.url, PHOENIX_API_KEY: place.apiKey, ...env };
  return withYaml(YAML, async (configPath) => {
    const cache = await createCache({ configPath, env: given, logger: silentLogger });
    for (const tenant of ["acme", "zeta"])
      await cache.telemetry.span(
        "search",
        tenant,
        async () => {
          for (let reads = 0; reads < 2; reads++)
            await cache.getOrCompute(key, tenant, () => "text");
        },
        { "openinference.span.kind": "AGENT" },
      );
    await cache.close();
    return cache.telemetryReport;
  });
}

serverSuite(["phoenix"], describe)("a YAML file that names a Phoenix", () => {
  test("has the cache's reads there by the time that the cache is closed, in its project", async () => {
    const place = await sharedPhoenix();
    const project = `yaml-${randomUUID()}`;
    const report = await searched(place, { PROJECT: project });
    // search, a miss with its compute, a hit; of each tenant.
    expect(report).toEqual({ exported: 8, dropped: 0, failures: 0, queue: 0 });
    const spans = await stored(place, project, 8);
    const gets = spans.filter(({ name }) => name === "cache.get");
    const hits = gets.map(({ attributes }) => String(attributes["cache.hit"])).toSorted();
    expect(hits).toEqual(["memory", "memory", "miss", "miss"]);
    for (const { attributes } of gets) expect(attributes["cache.key"]).toBe(key.path);
  }, 120_000);

  test("tenancy: project gives each tenant a project of its own", async () => {
    const place = await sharedPhoenix();
    const project = `yaml-${randomUUID()}`;
    await searched(place, { PROJECT: project, TENANCY: "project" });
    for (const tenant of ["acme", "zeta"]) {
      const spans = await stored(place, `${project}-${tenant}`, 4);
      expect(new Set(spans.map(({ attributes }) => attributes["tenant.id"]))).toEqual(
        new Set([tenant]),
      );
    }
  }, 120_000);
});
