import { afterEach, expect, test } from "@jest/globals";
import { KeptSpans } from "../support/kept-spans.ts";

afterEach(() => {
  delete process.env["OPENINFERENCE_HIDE_INPUTS"];
  delete process.env["OPENINFERENCE_HIDE_EMBEDDING_VECTORS"];
});

const GIVEN = {
  "cache.key": "embeddings/v1",
  "cache.hit": "hot",
  "cache.item_size": 10,
  "cache.killed_by.scope": "tag video",
  "cache.killed_by.source": "key frames/v1",
  "cache.killed_by.reason": "frames/v1 was cut",
  "embedding.embeddings.0.embedding.vector": "[1,2]",
};

function record(): Readonly<Record<string, unknown>> {
  using kept = new KeptSpans({ keys: { visibility: "plain" }, values: true });
  const get = kept.port.startSpan("cache.get", "acme", {
    always: true,
    attributes: GIVEN,
  });
  get.end();
  return kept.span("cache.get").attributes;
}

test("hidden inputs hide keys and scopes too", () => {
  process.env["OPENINFERENCE_HIDE_INPUTS"] = "true";
  expect(record()).toMatchObject({
    "cache.key": "__REDACTED__",
    "cache.killed_by.scope": "__REDACTED__",
    "cache.killed_by.source": "__REDACTED__",
    "cache.killed_by.reason": "__REDACTED__",
    "input.value": "__REDACTED__",
    "output.value": "hot hit, 10 B",
  });
});

test("what the library hides is hidden, the rest stays", () => {
  process.env["OPENINFERENCE_HIDE_EMBEDDING_VECTORS"] = "true";
  const attributes = record();
  expect(attributes["embedding.embeddings.0.embedding.vector"]).toBeUndefined();
  expect(attributes["cache.key"]).toBe("embeddings/v1");
});

test("nothing is hidden unless asked for", () => {
  expect(record()).toEqual({
    "tenant.id": "acme",
    "openinference.span.kind": "CHAIN",
    "input.value": "embeddings/v1",
    "output.value": "hot hit, 10 B",
    ...GIVEN,
  });
});
