import { expect, test } from "@jest/globals";
import type { ExaminationFinding } from "@cogniverse/sdk";
import { diagnose, type TelemetrySection } from "../../src/index.ts";
import { recorder } from "../support/otlp-requests.ts";

async function looked(
  telemetry: TelemetrySection,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly ExaminationFinding[]> {
  const caching = { tiers: { memory: { backend: "memory" } } };
  const { ok, telemetry: found } = await diagnose({
    config: { caching, telemetry },
    env,
    limitMs: 200,
  });
  expect(ok).toBe(true);
  return found;
}

test("a collector that answers is fine, and is only looked at", async () => {
  await using receiver = await recorder();
  expect(await looked({ endpoint: receiver.url, api_key: "k3y-k3y" })).toEqual([
    { check: "traces", level: "ok", message: `${receiver.url} answers` },
  ]);
  expect(receiver.sent).toMatchObject([{ path: "/", text: "" }]);
  expect(receiver.sent[0]?.headers).not.toHaveProperty("authorization");
  expect(await looked({ endpoint: receiver.url, protocol: "grpc" })).toMatchObject([
    { level: "ok", message: `${receiver.url} takes connections` },
  ]);
});

test("one that is not there, or does not answer in time, is a warning", async () => {
  await using silent = await recorder(false);
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
