import { startRecorder } from "@cogniverse/test-servers";
import { expect, test } from "@jest/globals";
import type { OtlpPush } from "../../src/node/metrics/otlp-reader.ts";
import { OFF, SCRAPED, started } from "./node-metrics.ts";
import { at } from "./protobuf-fields.ts";

function pushTo(url: string, changes: Partial<OtlpPush> = {}): OtlpPush {
  return {
    url: `${url}/v1/metrics`,
    protocol: "http/protobuf",
    compression: "gzip",
    headers: { authorization: "Bearer s3cret", "x-scope": "a" },
    timeoutMs: 10_000,
    intervalMs: 60_000,
    ...changes,
  };
}

/** Field numbers of opentelemetry/proto/metrics/v1: request 1 resource metrics, 2 scope metrics, 2 metrics. */
const METRIC = [1, 2, 2] as const;
const NAME = 1;
const UNIT = 3;
const HISTOGRAM_POINTS = [9, 1] as const;

test("a push to a scripted HTTP server is gzipped protobuf with the headers, names and units", async () => {
  await using receiver = await startRecorder();
  await using metrics = await started({ ...OFF, otlp: pushTo(receiver.url) });
  metrics.port.observe("cache.served", (emit) => emit(42, { tier: "hot" }));
  metrics.port.recordHistogram("cache.latency", "acme", 3, { tier: "hot", operation: "get" });
  await metrics.running.flush(5000);
  expect(receiver.sent).toHaveLength(1);
  const [pushed] = receiver.sent;
  expect(pushed?.path).toBe("/v1/metrics");
  expect(pushed?.headers).toMatchObject({
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
    authorization: "Bearer s3cret",
    "x-scope": "a",
  });
  const body = pushed?.body ?? Buffer.alloc(0);
  expect(
    at(body, ...METRIC, NAME)
      .map(String)
      .toSorted(),
  ).toEqual(["cache.latency", "cache.served"]);
  expect(
    at(body, ...METRIC, UNIT)
      .map(String)
      .toSorted(),
  ).toEqual(["By", "ms"]);
  const [point] = at(body, ...METRIC, ...HISTOGRAM_POINTS);
  const [bounds] = at(point ?? body, 7);
  expect(bounds?.readDoubleLE(0)).toBe(0.005);
  expect(String(at(body, 1, 1, 1, 1).map(String))).toContain("service.name");
});

test("a scripted HTTP server is pushed to at every interval, not compressed unless asked", async () => {
  await using receiver = await startRecorder();
  const otlp = pushTo(receiver.url, { intervalMs: 20, timeoutMs: 5000, compression: "none" });
  await using metrics = await started({ ...OFF, otlp });
  metrics.port.observe("cache.served", (emit) => emit(42, { tier: "hot" }));
  const first = await receiver.next();
  await receiver.next();
  expect(first.headers["content-encoding"]).toBeUndefined();
});

test("refused pushes are counted, logged at each change of state, and never show a secret", async () => {
  await using receiver = await startRecorder();
  const withUser = receiver.url.replace("http://", "http://user:pa55@");
  await using metrics = await started({ ...OFF, otlp: pushTo(withUser) });
  metrics.port.observe("cache.served", (emit) => emit(42, { tier: "hot" }));
  receiver.answers = 400;
  for (let i = 0; i < 3; i++) await metrics.running.flush(5000);
  expect(metrics.running.failures).toBe(3);
  receiver.answers = 200;
  for (let i = 0; i < 2; i++) await metrics.running.flush(5000);
  expect(metrics.running.failures).toBe(3);
  expect(metrics.logger.lines).toMatchObject([
    {
      level: "warn",
      message: "export of metrics fails; reads go on without it",
      fields: { endpoint: `${receiver.url}/v1/metrics` },
    },
    { level: "info", message: "export of metrics works again" },
  ]);
  expect(JSON.stringify(metrics.logger.lines)).not.toMatch(/pa55|s3cret/);
});

test("a collector that does not answer holds up neither a flush nor a shutdown beyond its limit", async () => {
  await using receiver = await startRecorder();
  receiver.answers = false;
  const metrics = await started({ ...OFF, otlp: pushTo(receiver.url, { timeoutMs: 60_000 }) });
  metrics.port.observe("cache.served", (emit) => emit(42, { tier: "hot" }));
  const first = receiver.next();
  await metrics.running.flush(50);
  await first;
  await metrics.running.shutdown(50);
  // The push that was under way, and the last one.
  expect(metrics.running.failures).toBe(2);
  expect(receiver.sent).toHaveLength(1);
});

test("pushed and scraped at once: both see all, and a shutdown pushes what is left", async () => {
  await using receiver = await startRecorder();
  const metrics = await started({ ...SCRAPED, otlp: pushTo(receiver.url) });
  metrics.port.observe("cache.served", (emit) => emit(42, { tier: "hot" }));
  metrics.port.recordHistogram("cache.latency", "acme", 3, { tier: "hot" });
  for (let scrape = 0; scrape < 2; scrape++) {
    const text = await metrics.scrape();
    expect(text).toContain('cache_served_total{tier="hot"} 42\n');
    expect(text).toContain('cache_latency_count{tier="hot"} 1\n');
  }
  await metrics.running.shutdown(5000);
  expect(receiver.sent).toHaveLength(1);
  expect(at(receiver.sent[0]?.body ?? Buffer.alloc(0), ...METRIC, NAME)).toHaveLength(2);
});
