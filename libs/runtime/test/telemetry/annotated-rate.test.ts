import { expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import type { Sent } from "@cogniverse/test-servers";
import { trace } from "@opentelemetry/api";
import type { ConfiguredCache } from "../../src/index.ts";
import { sentWith } from "../support/otlp-requests.ts";

const TRACES = 400;
const READS_OF_A_TRACE = 5;
/** One in so many reads misses: the true hit rate is 0.75. */
const MISS_EVERY = 4;
const SECTION = {
  annotations: true,
  sampling: { hits: 0.1 },
  batch: { max_queue: 10_000, delay_ms: 1 },
  shutdown_ms: 60_000,
};

async function read(cache: ConfiguredCache, video: string): Promise<void> {
  await cache.getOrCompute(keys.transcription({ video }), "acme", () => "text");
}

function scores(sent: readonly Sent[]): readonly number[] {
  const posts = sent.filter(({ path }) => path === "/v1/span_annotations");
  return posts.flatMap(({ text }) => {
    // The documented body of Phoenix's endpoint.
    const { data } = JSON.parse(text) as { data: readonly { result: { score: number } }[] };
    return data.map(({ result }) => result.score);
  });
}

test("the mean of cache_hit is the hit rate of the reads below a span, whatever share of hits is kept", async () => {
  let done = 0;
  const sent = await sentWith(SECTION, async (cache) => {
    await read(cache, "known");
    for (let search = 0; search < TRACES; search++)
      await cache.telemetry.span(
        "search",
        "acme",
        async () => {
          for (let at = 0; at < READS_OF_A_TRACE; at++)
            await read(cache, ++done % MISS_EVERY === 0 ? `video-${done}` : "known");
        },
        { "openinference.span.kind": "AGENT" },
      );
  });
  expect(done).toBe(2000);
  const told = scores(sent);
  // A tenth of 400 traces, by their random ids: 40 with a standard deviation of 6, five of which are 30.
  expect(told.length).toBeGreaterThan(10 * READS_OF_A_TRACE);
  expect(told.length).toBeLessThan(70 * READS_OF_A_TRACE);
  const mean = told.reduce((sum, score) => sum + score, 0) / told.length;
  // Each trace has one miss or two of its five reads, a quarter on average: five standard deviations of the mean of ten traces are 0.14, of forty 0.07.
  expect(Math.abs(mean - 0.75)).toBeLessThan(0.14);
}, 60_000);

test("a read outside of any span, and what its compute reads, is exported and not annotated", async () => {
  const sent = await sentWith({ ...SECTION, sampling: { hits: 1 } }, async (cache) => {
    for (let at = 0; at < 20; at++)
      await cache.getOrCompute(keys.transcription({ video: `video-${at}` }), "acme", async () => {
        await read(cache, "below");
        return "text";
      });
  });
  expect(sent.map(({ text }) => text).join("")).toContain("cache.get");
  expect(scores(sent)).toEqual([]);
});

test.each(["attribute", "project"] as const)(
  "reads below a span of the application's own are annotated, hit and miss, with tenancy %s",
  async (tenancy) => {
    const section = { ...SECTION, sampling: { hits: 1 }, tenancy };
    const sent = await sentWith(section, async (cache) => {
      await trace.getTracer("application").startActiveSpan("request", async (span) => {
        for (let at = 0; at < 4; at++) await read(cache, "known");
        span.end();
      });
    });
    expect(scores(sent)).toEqual([0, 1, 1, 1]);
  },
);

test("a read that goes on after the span it began in is not annotated", async () => {
  const sent = await sentWith({ ...SECTION, sampling: { hits: 1 } }, async (cache) => {
    let later: Promise<void> = Promise.resolve();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    cache.telemetry.span(
      "search",
      "acme",
      () => {
        later = ended.then(() => read(cache, "later"));
      },
      { "openinference.span.kind": "AGENT" },
    );
    resolve();
    await later;
  });
  expect(sent.map(({ text }) => text).join("")).toContain("cache.get");
  expect(scores(sent)).toEqual([]);
});
