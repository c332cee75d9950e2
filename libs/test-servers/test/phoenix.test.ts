import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { serverSuite, startPhoenix, type PhoenixPlace, type PhoenixServer } from "../src/index.ts";
import { lendPhoenix } from "../src/jest/phoenix-lender.ts";
import { lenderVariable } from "../src/shared-servers.ts";
import { startChild } from "./child.ts";
import { otlpRequest } from "./otlp-span.ts";

const startLimitMs = 180_000;
const pollMs = 100;

function login({ apiKey }: PhoenixPlace): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

async function send(place: PhoenixPlace, project: string): Promise<number> {
  const { status } = await fetch(`${place.url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...login(place) },
    body: otlpRequest({ project, name: "cache.get", attributes: { "cache.hit": "hot" } }),
  });
  return status;
}

type Span = Readonly<{ name: string; attributes: Readonly<Record<string, unknown>> }>;

async function spansOf(place: PhoenixPlace, project: string): Promise<readonly Span[] | number> {
  const url = `${place.url}/v1/projects/${project}/spans?limit=10`;
  const response = await fetch(url, { headers: login(place) });
  if (!response.ok) return response.status;
  // As /openapi.json describes it.
  const { data } = (await response.json()) as { readonly data: readonly Span[] };
  return data;
}

/** Phoenix queues what it has acknowledged; the test's own limit ends the wait. */
async function untilFiled(place: PhoenixPlace, project: string): Promise<readonly Span[]> {
  for (;;) {
    const spans = await spansOf(place, project);
    if (typeof spans !== "number" && spans.length > 0) return spans;
    await delay(pollMs);
  }
}

serverSuite(["phoenix"], describe)("Phoenix", () => {
  let one: PhoenixServer;
  let other: PhoenixServer;
  const auth = {
    secret: "signs-sessions-0123456789-abcdefgh",
    adminSecret: "administers-0123456789-abcdefghijk",
  };
  beforeAll(async () => {
    // The variables of clients and of other Phoenixes would lead it astray.
    process.env["PHOENIX_SQL_DATABASE_URL"] = "postgresql://127.0.0.1:1/none";
    [one, other] = await Promise.all([startPhoenix(), startPhoenix({ auth })]);
  }, startLimitMs);
  afterAll(() => Promise.all([one, other].map((server) => server?.stop())));

  test("takes a trace in protobuf and gives it back by REST", async () => {
    expect(await send(one, "in-and-out")).toBe(200);
    const [span] = await untilFiled(one, "in-and-out");
    expect(span).toMatchObject({ name: "cache.get", attributes: { "cache.hit": "hot" } });
  });

  test("two side by side share nothing", async () => {
    await send(one, "only-here");
    await untilFiled(one, "only-here");
    expect(await spansOf(other, "only-here")).toBe(404);
  });

  test("with a login it refuses whoever has none", async () => {
    expect(await send(other, "guarded")).toBe(200);
    await untilFiled(other, "guarded");
    const { url, grpcPort } = other;
    expect(await send({ url, grpcPort }, "guarded")).toBe(401);
    expect(await spansOf({ url, grpcPort }, "guarded")).toBe(401);
  });

  test("tells nobody else, and takes no settings from this process", async () => {
    const log = await one.log();
    expect(log).toMatch(/sqlite/i);
    expect(log).toMatch(/Remote export\s+➖ Disabled/u);
    expect(log).toMatch(/Web access\s+➖ Disabled/u);
    expect(log).toMatch(/Server-side bash\s+➖ Disabled/u);
    expect(log).toMatch(/MCP server\s+➖ Disabled/u);
  });

  test(
    "keeps what it has filed over SIGKILL and a restart",
    async () => {
      await send(one, "kept");
      await untilFiled(one, "kept");
      await one.kill();
      await one.restart({ keepData: true });
      expect(await spansOf(one, "kept")).toHaveLength(1);
    },
    startLimitMs,
  );
});

serverSuite(["phoenix"], describe)("the Phoenix of a test run", () => {
  test(
    "is one for all its processes",
    async () => {
      const lender = await lendPhoenix();
      const env = { PHOENIX_URL: "", [lenderVariable]: lender.url };
      const children = await Promise.all([1, 2].map(() => startChild("shared-phoenix", [], env)));
      expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0]);
      const [place, same] = children.map(({ line }) => line);
      expect(same).toBe(place);
      // Printed by the child, in this form.
      const { url } = JSON.parse(place ?? "") as PhoenixPlace;
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      await lender.stop();
      await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
    },
    startLimitMs,
  );

  test("is the one that PHOENIX_URL names", async () => {
    const env = {
      PHOENIX_URL: "http://127.0.0.1:1/",
      PHOENIX_GRPC_PORT: "2",
      PHOENIX_API_KEY: "key",
    };
    const { line } = await startChild("shared-phoenix", [], env);
    expect(JSON.parse(line)).toEqual({ url: "http://127.0.0.1:1", grpcPort: 2, apiKey: "key" });
  });
});
