import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ExaminationFinding } from "@cogniverse/sdk";
import {
  type PhoenixServer,
  serverSuite,
  startPhoenix,
  startRecorder,
} from "@cogniverse/test-servers";
import { diagnose, type TelemetrySection } from "../../src/index.ts";

const SECRET = "k3y-k3y-k3y";

async function looked(
  telemetry: TelemetrySection,
  env: Readonly<Record<string, string>> = {},
  limitMs = 200,
): Promise<readonly ExaminationFinding[]> {
  const caching = { tiers: { memory: { backend: "memory" } } };
  const { ok, telemetry: found } = await diagnose({
    config: { caching, telemetry },
    env,
    limitMs,
  });
  expect(ok).toBe(true);
  return found;
}

test("a collector that takes an empty export is fine", async () => {
  await using receiver = await startRecorder();
  const section = { endpoint: receiver.url, api_key: SECRET, headers: { "x-team": "video" } };
  expect(await looked({ ...section, metrics: { otlp: { endpoint: receiver.url } } })).toEqual([
    { check: "traces", level: "ok", message: `${receiver.url}/v1/traces takes traces` },
    { check: "metrics", level: "ok", message: `${receiver.url}/v1/metrics takes metrics` },
  ]);
  expect(await receiver.first("/v1/traces")).toMatchObject({
    text: "",
    headers: {
      authorization: `Bearer ${SECRET}`,
      "content-type": "application/x-protobuf",
      "x-team": "video",
    },
  });
  expect((await receiver.first("/v1/metrics")).headers).not.toHaveProperty("authorization");
  expect(await looked({ endpoint: receiver.url, protocol: "grpc" })).toMatchObject([
    { level: "ok", message: `${receiver.url} takes connections` },
  ]);
});

test.each([
  [401, { api_key: SECRET }, "401 Unauthorized): the key that is sent does not", "api_key"],
  [403, {}, "refuses traces (403 Forbidden): no key is sent", "api_key"],
  [404, {}, "takes no traces (404 Not Found)", "ends in /v1/traces"],
  [405, {}, "takes no traces (405 Method Not Allowed)", "telemetry.endpoint"],
  [302, {}, "answers an export of traces with 302 Found", "telemetry.endpoint"],
  [503, {}, "answers an export of traces with 503 Service Unavailable", "telemetry.endpoint"],
  [599, {}, "answers an export of traces with 599", "telemetry.endpoint"],
])(
  "one that answers %i is a warning that says what to see to",
  async (status, more, why, where) => {
    await using receiver = await startRecorder(status);
    const found = await looked({ endpoint: receiver.url, ...more });
    expect(found).toMatchObject([
      {
        level: "warning",
        message: expect.stringContaining(why),
        remedy: expect.stringContaining(where),
      },
    ]);
    expect(JSON.stringify(found)).not.toContain(SECRET);
  },
);

test("metrics have headers and an endpoint of their own to see to", async () => {
  const remedies = async (status: number): Promise<unknown> => {
    await using receiver = await startRecorder(status);
    const [found] = await looked({ metrics: { otlp: { endpoint: receiver.url } } });
    return found?.remedy;
  };
  expect(await remedies(401)).toBe("see telemetry.metrics.otlp.headers");
  expect(await remedies(404)).toContain("telemetry.metrics.otlp.endpoint");
});

test("one that is not there, or does not answer in time, is a warning", async () => {
  await using silent = await startRecorder(false);
  for (const protocol of ["http/protobuf", "grpc"] as const)
    expect(await looked({ endpoint: "http://127.0.0.1:1", protocol })).toMatchObject([
      { check: "traces", level: "warning", message: expect.stringContaining("does not answer") },
    ]);
  expect(await looked({ metrics: { otlp: { endpoint: silent.url } } })).toMatchObject([
    { check: "metrics", level: "warning", message: expect.stringContaining("within 200 ms") },
  ]);
});

test("nothing is looked at where nothing is exported", async () => {
  expect(await looked({})).toEqual([]);
  const env = { PHOENIX_COLLECTOR_ENDPOINT: "http://127.0.0.1:1" };
  expect(await looked({ enabled: false }, env)).toEqual([]);
  expect(await looked({}, env)).toMatchObject([{ level: "warning" }]);
});

serverSuite(["phoenix"], describe)("a Phoenix with a login", () => {
  let phoenix: PhoenixServer;
  beforeAll(async () => {
    const auth = {
      secret: "signs-the-sessions-of-this-test-1",
      adminSecret: "the-key-of-an-administrator-for-1",
    };
    phoenix = await startPhoenix({ auth });
  }, 240_000);
  afterAll(() => phoenix?.stop());
  const section = (more: TelemetrySection = {}): TelemetrySection => ({
    endpoint: phoenix.url,
    ...more,
  });

  test("takes the right key alone, and stores nothing", async () => {
    const { apiKey = "" } = phoenix;
    const right = section({ api_key: apiKey, project: "looked-at" });
    expect(await looked(right, {}, 5000)).toMatchObject([{ level: "ok" }]);
    const headers = { authorization: `Bearer ${apiKey}` };
    expect((await fetch(`${phoenix.url}/v1/projects/looked-at`, { headers })).status).toBe(404);
    for (const wrong of [{}, { api_key: SECRET }])
      expect(await looked(section(wrong), {}, 5000)).toMatchObject([
        {
          level: "warning",
          message: expect.stringMatching(/refuses traces \(401 /),
          remedy: expect.stringContaining("api_key"),
        },
      ]);
  });

  test("has no OTLP at another path", async () => {
    const endpoint = `${phoenix.url}/elsewhere`;
    expect(await looked(section({ endpoint, api_key: phoenix.apiKey }), {}, 5000)).toMatchObject([
      { level: "warning", remedy: expect.stringContaining("telemetry.endpoint") },
    ]);
  });
});
