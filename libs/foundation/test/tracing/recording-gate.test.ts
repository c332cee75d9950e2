import { EventEmitter } from "node:events";
import { beforeEach, expect, test } from "@jest/globals";
import {
  context,
  type Context,
  type Span,
  type SpanContext,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { resolveTelemetryConfig } from "../../src/node/config/resolve-config.ts";
import { registerGlobally } from "../../src/node/traces/global-provider.ts";
import { OpenSpans } from "../../src/node/traces/open-spans.ts";
import { TraceProviders } from "../../src/node/traces/trace-providers.ts";
import { openTelemetry } from "../../src/open-telemetry.ts";
import { KeptSpans } from "../support/kept-spans.ts";

/** A process with our SDK and nothing else. */
function gated(project = false): { open: OpenSpans; providers: TraceProviders } {
  const config = project ? { tenancy: "project" as const } : {};
  const open = new OpenSpans();
  const providers = new TraceProviders(resolveTelemetryConfig(config, {}), [open]);
  registerGlobally(providers, open);
  return { open, providers };
}

function parent(about: Partial<SpanContext> = {}): SpanContext {
  const flags = { traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return { traceId: "a".repeat(32), spanId: "b".repeat(16), ...flags, ...about };
}

function below(about?: Partial<SpanContext>): Context {
  return trace.setSpanContext(ROOT_CONTEXT, parent(about));
}

beforeEach(() => {
  // As in a process that nobody has registered anything with.
  context.disable();
  trace.disable();
});

test("open while a span has not ended, whoever began it and in whatever order they end", () => {
  const { open, providers } = gated(true);
  expect(open.isOpen).toBe(false);
  const spans: Span[] = [
    trace.getTracer("app").startSpan("request"),
    providers.tracer("acme", "cache").startSpan("cache.get"),
    providers.tracer("globex", "cache").startSpan("cache.get"),
  ];
  for (const span of spans) {
    expect(open.isOpen).toBe(true);
    span.end();
    span.end();
  }
  expect(open.isOpen).toBe(false);
});

test("counts the spans of a tenant's provider that was forgotten meanwhile", () => {
  const { open, providers } = gated(true);
  const span = providers.tracer("acme", "cache").startSpan("cache.get");
  for (let index = 0; index < 300; index++) providers.tracer(`tenant-${index}`, "cache");
  expect(open.isOpen).toBe(true);
  span.end();
  expect(open.isOpen).toBe(false);
});

test("is not opened by what nobody keeps", () => {
  const { open } = gated();
  context.with(below({ traceFlags: TraceFlags.NONE }), () => {
    const span = trace.getTracer("app").startSpan("request");
    expect(open.isOpen).toBe(false);
    span.end();
  });
  expect(open.isOpen).toBe(false);
  trace.getTracer("app").startSpan("a span that counts").end();
  expect(open.isOpen).toBe(false);
});

test("a span that is never ended keeps it open, and no more than that", () => {
  const { open } = gated();
  trace.getTracer("app").startSpan("forgotten");
  trace.getTracer("app").startSpan("another").end();
  expect(open.isOpen).toBe(true);
});

test("stays open from the first parent of another process on, however it is entered", () => {
  const ways: readonly ((remote: Context) => unknown)[] = [
    (remote) => context.with(remote, () => 0),
    (remote) => context.bind(remote, () => 0)(),
    (remote) =>
      context
        .bind(remote, new EventEmitter())
        .on("event", () => 0)
        .emit("event"),
    (remote) => manager().attach(remote).dispose(),
  ];
  for (const enter of ways) {
    context.disable();
    trace.disable();
    const { open } = gated();
    expect(open.isOpen).toBe(false);
    enter(below());
    expect(open.isOpen).toBe(true);
    trace.getTracer("app").startSpan("request").end();
    expect(open.isOpen).toBe(true);
  }
});

/** What is registered; the API shows no more of it than it needs. */
function manager(): AsyncLocalStorageContextManager {
  const registered: unknown = context["_getContextManager"]();
  if (registered instanceof AsyncLocalStorageContextManager) return registered;
  throw new Error("another context manager is registered");
}

test("a hit below a parent of another process is seen, though nothing of this one is open", () => {
  using kept = new KeptSpans();
  expect(kept.port.isRecording()).toBe(false);
  context.with(below(), () => expect(kept.port.isRecording()).toBe(true));
  expect(kept.port.isRecording()).toBe(false);
});

test("stays open for spans of another SDK, also while one of ours is open", () => {
  const { open } = gated();
  const foreign = new BasicTracerProvider().getTracer("another").startSpan("its own");
  const ours = trace.getTracer("app").startSpan("request");
  context.with(trace.setSpan(ROOT_CONTEXT, ours), () => 0);
  context.with(trace.setSpan(ROOT_CONTEXT, foreign), () => ours.end());
  expect(open.isOpen).toBe(true);
});

test("stays open where another context manager or provider is registered, or a span cannot be asked", () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  expect(gated().open.isOpen).toBe(true);
  context.disable();
  expect(gated().open.isOpen).toBe(true);
  trace.disable();
  context.disable();
  const { open } = gated();
  const broken = { spanContext: () => JSON.parse("{") };
  context.with(trace.setSpan(ROOT_CONTEXT, broken as unknown as Span), () => 0); // What a wrong SDK may hand out.
  expect(open.isOpen).toBe(true);
});

test("is closed for good once nothing is kept any more", () => {
  const { open } = gated();
  const span = trace.getTracer("app").startSpan("request");
  open.close();
  context.with(below(), () => 0);
  trace.getTracer("app").startSpan("late");
  span.end();
  expect(open.isOpen).toBe(false);
});

test("a span that has ended is no recording parent, also while others are open", () => {
  using kept = new KeptSpans();
  const ended = trace.getTracer("app").startSpan("request");
  const open = trace.getTracer("app").startSpan("another request");
  context.with(trace.setSpan(ROOT_CONTEXT, ended), () => {
    expect(kept.port.isRecording()).toBe(true);
    ended.end();
    expect(kept.port.isRecording()).toBe(false);
    open.end();
    expect(kept.port.isRecording()).toBe(false);
  });
});

test("without an SDK of ours, one that appears is noticed by hits alone", () => {
  const port = openTelemetry();
  for (let hit = 0; hit < 100; hit++) expect(port.isRecording()).toBe(false);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  trace.getTracer("app").startActiveSpan("request", (request) => {
    let hits = 1;
    while (!port.isRecording()) hits++;
    expect(hits).toBeLessThanOrEqual(32);
    expect(port.isRecording()).toBe(true);
    request.end();
  });
});
