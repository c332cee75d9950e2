import { randomUUID } from "node:crypto";
import { setSession } from "@arizeai/openinference-core";
import { context } from "@opentelemetry/api";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type PhoenixPlace, serverSuite, sharedPhoenix } from "@cogniverse/test-servers";
import { startTelemetry } from "../../src/node/index.ts";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";
import type { Telemetry } from "../../src/node/telemetry.ts";
import { KeptLines } from "../support/kept-lines.ts";
import { PhoenixClient } from "../support/phoenix-client.ts";

const agent = { "openinference.span.kind": "AGENT" } as const;

/** A read as core tells it: a miss with its compute. */
function readMiss({ port }: Telemetry, tenantId: string): void {
  const get = port.startSpan("cache.get", tenantId, {
    attributes: { "cache.key": "embeddings/video-1/x", "cache.hit": "miss" },
    always: true,
    agoMs: 1.5,
  });
  get.addEvent("cache.tier", { "cache.tier": "hot", "cache.outcome": "invalidated" }, 1);
  get.within(() =>
    port.span("cache.compute", tenantId, () => undefined, { "cache.key": "embeddings/video-1/x" }),
  );
  get.setAttributes({ "cache.miss_cause": "invalidated", "cache.killed_by.scope": "tag video:1" });
  get.end();
}

serverSuite(["phoenix"], describe)("in a real Phoenix", () => {
  let place: PhoenixPlace;
  let phoenix: PhoenixClient;

  beforeAll(async () => {
    place = await sharedPhoenix();
    phoenix = new PhoenixClient(place);
  }, 180_000);

  function start(config: TelemetryConfig): Promise<Telemetry> {
    return startTelemetry(
      { endpoint: place.url, shutdownMs: 30_000, ...config },
      { logger: new KeptLines(), env: {} },
    );
  }

  test.each(["gzip", "none"] as const)(
    "a search is a tree that explains itself (%s)",
    async (compression) => {
      const project = `tree-${randomUUID()}`;
      await using telemetry = await start({ project, compression });
      telemetry.port.span("search", "acme", () => readMiss(telemetry, "acme"), agent);
      await telemetry.flush();
      expect(telemetry.stats()).toEqual({ exported: 3, dropped: 0, failures: 0, queue: 0 });

      const spans = await phoenix.spans(project, 3);
      const named = (name: string) => spans.find((span) => span.name === name);
      const [search, get, compute] = ["search", "cache.get", "cache.compute"].map(named);
      expect(search).toMatchObject({ parent_id: null, span_kind: "AGENT" });
      expect(get).toMatchObject({ parent_id: search?.context.span_id, span_kind: "CHAIN" });
      expect(compute).toMatchObject({ parent_id: get?.context.span_id });
      expect(get?.attributes).toMatchObject({
        "tenant.id": "acme",
        "cache.hit": "miss",
        "cache.miss_cause": "invalidated",
        "cache.key": expect.stringMatching(/^[0-9a-f]{16}$/),
        "input.value": get?.attributes["cache.key"],
        "output.value": "miss: invalidated",
      });
      expect(get?.attributes["cache.killed_by.scope"]).toMatch(/^tag [0-9a-f]{16}$/);
      expect(
        get?.events.map(({ name, attributes }) => [name, attributes["cache.outcome"]]),
      ).toEqual([["cache.tier", "invalidated"]]);
      expect(JSON.stringify(spans)).not.toContain("video");
    },
  );

  test("an error is a status and an exception, masked", async () => {
    const project = `error-${randomUUID()}`;
    await using telemetry = await start({ project });
    const get = telemetry.port.startSpan("cache.get", "acme", {
      attributes: { "cache.key": "results/red cars" },
      always: true,
    });
    get.recordError(new Error('no "results/red cars" at https://ada:hunter2@bucket.example'));
    get.end();
    await telemetry.flush();
    const [span] = await phoenix.spans(project, 1);
    expect(span?.status_code).toBe("ERROR");
    expect(span?.status_message).toMatch(/^no "[0-9a-f]{16}" at https:\/\/\*\*\*@bucket.example$/);
    expect(span?.events[0]?.name).toBe("exception");
    expect(JSON.stringify(span)).not.toMatch(/red cars|hunter2/);
  });

  test("over gRPC", async () => {
    const project = `grpc-${randomUUID()}`;
    const endpoint = `http://127.0.0.1:${String(place.grpcPort)}`;
    await using telemetry = await start({ project, endpoint, protocol: "grpc" });
    readMiss(telemetry, "acme");
    await telemetry.flush();
    expect(telemetry.stats()).toMatchObject({ exported: 2, failures: 0 });
    expect(await phoenix.spans(project, 2)).toHaveLength(2);
  });

  test("by project each tenant has its own, with sessions of its own, although they share a caller", async () => {
    const project = `apart-${randomUUID()}`;
    await using telemetry = await start({ project, tenancy: "project" });
    const { port } = telemetry;
    // Phoenix knows a session once, in whichever project it was seen first.
    const sessionId = randomUUID();
    context.with(setSession(context.active(), { sessionId }), () => {
      port.span(
        "search",
        "acme",
        () => {
          readMiss(telemetry, "acme");
          port.span("compare", "bolt", () => readMiss(telemetry, "bolt"));
        },
        agent,
      );
    });
    await telemetry.flush();
    const acme = await phoenix.spans(`${project}-acme`, 3);
    const bolt = await phoenix.spans(`${project}-bolt`, 3);
    for (const [tenant, spans] of [
      ["acme", acme],
      ["bolt", bolt],
    ] as const) {
      expect(spans.map((span) => span.attributes["tenant.id"])).toEqual([tenant, tenant, tenant]);
      expect(await phoenix.sessions(`${project}-${tenant}`)).toEqual([`${tenant}/${sessionId}`]);
    }
    expect((await phoenix.projects()).get(project)).toBeUndefined();
    expect(bolt.find((span) => span.name === "compare")?.parent_id).toBeNull();
  });

  test("by attribute all tenants are in one project, told apart", async () => {
    const project = `together-${randomUUID()}`;
    await using telemetry = await start({ project });
    for (const tenant of ["acme", "bolt"]) readMiss(telemetry, tenant);
    await telemetry.flush();
    const spans = await phoenix.spans(project, 4);
    expect(
      spans
        .map((span) => String(span.attributes["tenant.id"]))
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(["acme", "acme", "bolt", "bolt"]);
  });

  test("5,000 spans arrive without loss", async () => {
    const project = `many-${randomUUID()}`;
    await using telemetry = await start({ project, batch: { maxQueue: 5000 }, shutdownMs: 60_000 });
    for (let index = 0; index < 5000; index++)
      telemetry.port.startSpan("cache.get", "acme", { always: true }).end();
    await telemetry.flush();
    expect(telemetry.stats()).toEqual({ exported: 5000, dropped: 0, failures: 0, queue: 0 });
    expect(await phoenix.stored(project, 5000, 150_000)).toBe(5000);
  }, 180_000);
});
