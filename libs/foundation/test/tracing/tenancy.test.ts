import { expect, test } from "@jest/globals";
import { setMetadata, setSession, setTags, setUser } from "@arizeai/openinference-core";
import { context, trace } from "@opentelemetry/api";
import { projectOf } from "../../src/node/traces/project-name.ts";
import { KeptSpans, projectOfSpan } from "../support/kept-spans.ts";

const agent = { "openinference.span.kind": "AGENT" } as const;

test("by attribute a tenant's spans are below a caller that is nobody's", () => {
  using kept = new KeptSpans();
  trace.getTracer("app").startActiveSpan("request", (request) => {
    kept.port.startSpan("cache.get", "acme").end();
    request.end();
  });
  const [get, request] = [kept.span("cache.get"), kept.span("request")];
  expect(get.spanContext().traceId).toBe(request.spanContext().traceId);
  expect(get.attributes["tenant.id"]).toBe("acme");
  expect([get, request].map(projectOfSpan)).toEqual(["test", "test"]);
});

test.each(["attribute", "project"] as const)(
  "by %s a tenant's span is never below another tenant's: it begins a trace, and links to its caller",
  (tenancy) => {
    using kept = new KeptSpans({ tenancy });
    const { port } = kept;
    port.span(
      "search",
      "acme",
      () => {
        port.span("lookup", "bolt", () => port.startSpan("cache.get", "bolt").end());
        port.startSpan("again", "acme").end();
      },
      agent,
    );
    const [search, lookup, get] = [
      kept.span("search"),
      kept.span("lookup"),
      kept.span("cache.get"),
    ];
    expect(lookup.parentSpanContext).toBeUndefined();
    expect(lookup.spanContext().traceId).not.toBe(search.spanContext().traceId);
    expect(lookup.links.map((link) => link.context.spanId)).toEqual([search.spanContext().spanId]);
    expect(get.parentSpanContext?.spanId).toBe(lookup.spanContext().spanId);
    expect(kept.span("again").parentSpanContext?.spanId).toBe(search.spanContext().spanId);
  },
);

test("by project a tenant's spans begin a trace of their own below any other caller, and are in its project", () => {
  using kept = new KeptSpans({ tenancy: "project" });
  trace.getTracer("app").startActiveSpan("request", (request) => {
    kept.port.startSpan("cache.get", "acme").end();
    kept.port.startSpan("other", "bolt-2").end();
    request.end();
  });
  const [get, other, request] = ["cache.get", "other", "request"].map((name) => kept.span(name));
  expect([get, other, request].map((span) => span && projectOfSpan(span))).toEqual([
    "test-acme",
    "test-bolt~2",
    "test",
  ]);
  expect(new Set([get, other, request].map((span) => span?.spanContext().traceId)).size).toBe(3);
  expect(get?.links[0]?.context).toEqual(request?.spanContext());
});

test("by project what other instrumentation records below a tenant's span goes to the tenant's project", () => {
  using kept = new KeptSpans({ tenancy: "project" });
  kept.port.span(
    "search",
    "acme",
    () => {
      trace.getTracer("http").startActiveSpan("GET", (get) => {
        kept.port.startSpan("cache.get", "acme").end();
        get.end();
      });
    },
    agent,
  );
  expect(kept.spans.map(projectOfSpan)).toEqual(["test-acme", "test-acme", "test-acme"]);
  expect(kept.span("cache.get").parentSpanContext?.spanId).toBe(
    kept.span("GET").spanContext().spanId,
  );
});

test("a session belongs to a tenant where projects do, and context attributes are carried", () => {
  for (const [tenancy, session] of [
    ["attribute", "s1"],
    ["project", "acme/s1"],
  ] as const) {
    using kept = new KeptSpans({ tenancy });
    let active = setSession(context.active(), { sessionId: "s1" });
    active = setUser(setMetadata(setTags(active, ["cold"]), { run: 7 }), { userId: "ada" });
    context.with(active, () => kept.port.startSpan("cache.get", "acme", { always: true }).end());
    expect(kept.span("cache.get").attributes).toMatchObject({
      "session.id": session,
      "user.id": "ada",
      metadata: '{"run":7}',
      "tag.tags": '["cold"]',
    });
  }
});

test("no two pairs of project and tenant share a project's name", () => {
  const names = [
    projectOf("a", "b-c"),
    projectOf("a-b", "c"),
    projectOf("a", "b_c"),
    projectOf("a", "b.c"),
    projectOf("a-b-c", "d"),
    projectOf("a", "b-c-d"),
    projectOf("a-b", "c-d"),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test("a thousand tenants cost a bounded number of providers, and those forgotten come back right", () => {
  using kept = new KeptSpans({ tenancy: "project" });
  const open = kept.port.startSpan("long", "tenant-0", { always: true });
  for (let round = 0; round < 2; round++)
    for (let index = 0; index < 1000; index++)
      kept.port.startSpan("cache.get", `tenant-${String(index)}`, { always: true }).end();
  expect(kept.providers.size).toBe(257);
  open.end();
  expect(projectOfSpan(kept.span("long"))).toBe("test-tenant~0");
  const projects = kept.spans.map(projectOfSpan);
  expect(projects.slice(0, 2)).toEqual(["test-tenant~0", "test-tenant~1"]);
  expect(new Set(projects).size).toBe(1000);
});
