import { expect, test } from "@jest/globals";
import { context, type Context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { openTelemetry } from "../../src/open-telemetry.ts";
import { KeptSpans } from "../support/kept-spans.ts";

const agent = { "openinference.span.kind": "AGENT" } as const;

test("without an SDK nothing is recorded, nothing throws, and one that comes later is used at once", () => {
  const port = openTelemetry();
  expect([port.isRecording(), port.keepsAlways()]).toEqual([false, false]);
  const span = port.startSpan("cache.get", "acme", { always: true });
  expect(span.isRecording).toBe(false);
  span.recordError(new Error("x"));
  span.end();
  expect(span.within(() => 1)).toBe(1);
  expect(port.span("search", "acme", () => 2, agent)).toBe(2);

  using kept = new KeptSpans();
  expect(port.keepsAlways()).toBe(true);
  trace.getTracer("app").startActiveSpan("request", (request) => {
    expect(port.isRecording()).toBe(true);
    port.startSpan("cache.get", "acme").end();
    request.end();
  });
  expect(kept.span("cache.get").parentSpanContext?.spanId).toBe(
    kept.span("request").spanContext().spanId,
  );
  kept[Symbol.dispose]();
  expect([port.isRecording(), port.keepsAlways()]).toEqual([false, false]);
});

test("what is started inside, also later, becomes a child", async () => {
  using kept = new KeptSpans();
  const { port } = kept;
  expect(port.isRecording()).toBe(false);
  await port.span(
    "search",
    "acme",
    async () => {
      await Promise.resolve();
      expect(port.isRecording()).toBe(true);
      const get = port.startSpan("cache.get", "acme", { attributes: { "cache.hit": "miss" } });
      await get.within(async () => {
        await Promise.resolve();
        port.startSpan("cache.compute", "acme").end();
      });
      port.startSpan("cache.put", "acme", { parent: get }).end();
      get.end();
    },
    agent,
  );
  const get = kept.span("cache.get").spanContext();
  expect(kept.span("cache.get").parentSpanContext?.spanId).toBe(
    kept.span("search").spanContext().spanId,
  );
  for (const name of ["cache.compute", "cache.put"])
    expect(kept.span(name).parentSpanContext?.spanId).toBe(get.spanId);
});

test("without a parent only what must be kept is; hits below one go by their share", () => {
  using kept = new KeptSpans({ sampling: { hits: 0 } });
  const { port } = kept;
  expect(port.startSpan("cache.get", "acme").isRecording).toBe(false);
  port.startSpan("miss", "acme", { always: true }).end();
  port.span(
    "search",
    "acme",
    () => {
      const start = (name: string, hit: string, always = false): void =>
        port.startSpan(name, "acme", { attributes: { "cache.hit": hit }, always }).end();
      start("hit", "hot");
      start("slow hit", "hot", true);
      start("missed", "miss");
    },
    agent,
  );
  expect(kept.spans.map(({ name }) => name)).toEqual(["miss", "slow hit", "missed", "search"]);
});

test("a share of hits is kept by trace", () => {
  using kept = new KeptSpans({ sampling: { hits: 0.5 } });
  const { port } = kept;
  for (let index = 0; index < 400; index++)
    port.span(
      "search",
      "acme",
      () => {
        for (const name of ["first", "second"])
          port.startSpan(name, "acme", { attributes: { "cache.hit": "hot" } }).end();
      },
      agent,
    );
  const traces = (name: string): string[] =>
    kept.spans.filter((span) => span.name === name).map((span) => span.spanContext().traceId);
  expect(traces("first")).toEqual(traces("second"));
  expect(traces("first").length).toBeGreaterThan(120);
  expect(traces("first").length).toBeLessThan(280);
});

test("below a parent that nobody keeps, what must be kept begins its own trace and links to it", () => {
  using kept = new KeptSpans();
  const foreign = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: TraceFlags.NONE };
  context.with(trace.setSpanContext(ROOT_CONTEXT, foreign), () => {
    expect(kept.port.isRecording()).toBe(false);
    kept.port.startSpan("hit", "acme").end();
    kept.port.startSpan("miss", "acme", { always: true }).end();
  });
  const miss = kept.span("miss");
  expect(kept.spans).toHaveLength(1);
  expect(miss.parentSpanContext).toBeUndefined();
  expect(miss.spanContext().traceId).not.toBe(foreign.traceId);
  expect(miss.links.map((link) => link.context.spanId)).toEqual([foreign.spanId]);
});

test("a remote parent that is sampled is followed", () => {
  using kept = new KeptSpans();
  const remote = {
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
  context.with(trace.setSpanContext(ROOT_CONTEXT, remote), () => {
    expect(kept.port.isRecording()).toBe(true);
    kept.port.startSpan("cache.get", "acme").end();
  });
  expect(kept.span("cache.get").spanContext().traceId).toBe(remote.traceId);
});

test("times are exact to less than a millisecond, and follow the clock from trace to trace", () => {
  let [wall, monotonic] = [1_700_000_000_000, 5000];
  const time = { now: () => wall, monotonic: () => monotonic };
  using kept = new KeptSpans({}, { time });
  const first = kept.port.startSpan("first", "acme", { always: true, agoMs: 2.5 });
  monotonic += 0.25;
  first.addEvent("tier", {}, 0.125);
  // The wall clock is set back by an hour in the middle of a trace.
  wall -= 3_600_000;
  monotonic += 1;
  first.end();
  kept.port.startSpan("second", "acme", { always: true }).end();
  const micros = ([seconds, nanos]: readonly [number, number]): number =>
    (seconds - 1_700_000_000) * 1e6 + nanos / 1000;
  const span = kept.span("first");
  expect(micros(span.startTime)).toBeCloseTo(-2500, 0);
  expect(micros(span.events[0]?.time ?? [0, 0])).toBeCloseTo(125, 0);
  expect(micros(span.endTime)).toBeCloseTo(1250, 0);
  // Its monotonic reading moved by 1.25 ms beside a wall clock that did not.
  expect(kept.span("second").startTime[0]).toBe(1_700_000_000 - 3600);
});

test("a join is a link, and what is told after the end is lost", () => {
  using kept = new KeptSpans();
  const compute = kept.port.startSpan("cache.compute", "acme", { always: true });
  const get = kept.port.startSpan("cache.get", "acme", { always: true });
  get.link(compute);
  get.end();
  get.setAttributes({ "cache.hit": "hot" });
  get.addEvent("late");
  get.end();
  expect(get.isRecording).toBe(false);
  const span = kept.span("cache.get");
  expect(span.links).toHaveLength(1);
  compute.end();
  expect(span.attributes["cache.hit"]).toBeUndefined();
  expect(span.events).toEqual([]);
});

test("an error of what ran inside is recorded and handed on", async () => {
  using kept = new KeptSpans();
  const failing = kept.port.span("later", "acme", () => Promise.reject(new Error("no")), agent);
  await expect(failing).rejects.toThrow("no");
  expect(() =>
    kept.port.span(
      "now",
      "acme",
      () => {
        throw new Error("neither");
      },
      agent,
    ),
  ).toThrow("neither");
  expect([kept.span("later"), kept.span("now")].map(({ status }) => status.message)).toEqual([
    "no",
    "neither",
  ]);
});

test("nothing that an SDK throws reaches the caller", () => {
  const broken = (): never => {
    throw new Error("broken");
  };
  const processor = {
    onStart: () => undefined,
    onEnd: broken,
    forceFlush: broken,
    shutdown: broken,
  };
  using kept = new KeptSpans({}, {}, processor);
  const span = kept.port.startSpan("cache.get", "acme", { always: true });
  span.recordError(Object.defineProperty({}, "message", { get: broken }));
  expect(span.within(() => "value")).toBe("value");
  span.end();
  const port = openTelemetry({
    spans: {
      gate: { isOpen: true },
      mayAppear: false,
      apart: false,
      isLive: () => true,
      tracerFor: broken,
    },
  });
  expect(port.span("search", "acme", () => "value", agent)).toBe("value");
});

test("a context manager that throws costs the connection between spans alone", () => {
  using kept = new KeptSpans();
  const manager = new (class extends AsyncLocalStorageContextManager {
    override active(): Context {
      throw new Error("broken");
    }
    override with(): never {
      throw new Error("broken");
    }
  })();
  context.disable();
  context.setGlobalContextManager(manager);
  try {
    expect(kept.port.isRecording()).toBe(false);
    let runs = 0;
    expect(kept.port.span("search", "acme", () => ++runs, agent)).toBe(1);
  } finally {
    context.disable();
  }
});
