import { expect, test } from "@jest/globals";
import { CacheError } from "@cogniverse/sdk";
import { encodeKey } from "@cogniverse/sdk/keys";
import { array, assert, constantFrom, property, stringMatching } from "fast-check";
import { exportedText, KeptSpans } from "../support/kept-spans.ts";

const SECRET = "a secret of sixteen or more";

/** Text that does not come about by chance in a span. */
const word = stringMatching(/^zq[a-zA-Z0-9 _"'\\?&=äß-]{6,40}[a-z]$/);
const key = array(word, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));

const failures: readonly ((key: string, secret: string, value: string) => unknown)[] = [
  (k) => new CacheError("invalid_key", `Key ${JSON.stringify(k.slice(0, 60))} is refused`),
  (k) => new Error(`${k} and ${encodeKey(k)} are gone`),
  (k) => `cannot read ${k}`,
  (k, s) => new Error(`GET https://user:${s}@bucket.example/${encodeKey(k)}?X-Amz-Signature=${s}`),
  (_k, s) => new Error(`authorization: Bearer ${s}, password="${s}"; api_key: ${s}`),
  (_k, _s, v) => jsonError(v),
  (_k, _s, v) =>
    new CacheError("invalid_value", `The value at rows[0].${v} is a bigint; convert it`),
  (_k, _s, v) => new CacheError("undecodable", `cannot decode ${JSON.stringify(v)}`),
];

function jsonError(text: string): unknown {
  try {
    return JSON.parse(`"${text}`);
  } catch (error) {
    return error;
  }
}

test("under hmac no key, no scope, no secret and no value is in anything that leaves", () => {
  using kept = new KeptSpans({ keys: { secret: SECRET } });
  const { port } = kept;
  let seen = 0;
  assert(
    property(
      key,
      word,
      stringMatching(/^zs[A-Za-z0-9]{16,40}$/),
      stringMatching(/^zv[a-z]{8,20}$/),
      constantFrom(...failures),
      (keyText, tag, secret, value, fail) => {
        port.span(
          "search",
          "acme",
          (agent) => {
            const get = port.startSpan("cache.get", "acme", {
              attributes: { "cache.key": keyText, "cache.hit": "miss" },
              always: true,
            });
            get.setAttributes({
              "cache.killed_by.scope": `tag ${tag}`,
              "cache.killed_by.source": `key ${keyText}`,
              "cache.killed_by.reason": `since ${keyText} changed`,
              "input.value": keyText,
              "output.value": value,
              "retrieval.documents.0.document.content": value,
            });
            get.recordError(fail(keyText, secret, value));
            get.end();
            port
              .startSpan("cache.invalidate", "acme", {
                attributes: { "cache.scope": `key ${encodeKey(keyText)}` },
              })
              .end();
            agent.recordError(fail(keyText, secret, value));
          },
          { "openinference.span.kind": "AGENT", "input.value": value },
        );
        for (const span of kept.spans.slice(seen)) {
          const text = exportedText(span);
          for (const hidden of [keyText, encodeKey(keyText), tag, secret, value, SECRET]) {
            expect(text).not.toContain(hidden);
            expect(text).not.toContain(JSON.stringify(hidden).slice(1, -1));
          }
        }
        seen = kept.spans.length;
      },
    ),
    { numRuns: 300 },
  );
  expect(seen).toBeGreaterThan(600);
});

test("values leave when asked for, keys still do not", () => {
  using kept = new KeptSpans({ values: true, keys: { secret: SECRET } });
  kept.port.span("search", "acme", () => undefined, {
    "openinference.span.kind": "RETRIEVER",
    "input.value": "red cars",
    "cache.key": "results/red cars",
  });
  const { attributes } = kept.span("search");
  expect(attributes["input.value"]).toBe("red cars");
  expect(attributes["cache.key"]).toMatch(/^[0-9a-f]{16}$/);
});

test("what an application asks, finds and hands to tools is content, whatever its span calls it", () => {
  const names = [
    "reranker.query",
    "search.query",
    "document.metadata",
    "retrieval.documents.0.document.metadata",
    "tool.parameters",
    "llm.function_call",
    "message.contents.0.message_content.image.image.url",
    "image.url",
    "audio.url",
    "audio.transcript",
    "llm.input_messages.0.message.content",
  ];
  const about = {
    "llm.model_name": "a model",
    "tool.name": "a tool",
    "reranker.model_name": "another",
    "retrieval.documents.0.document.id": "video@40",
    "search.strategy": "text",
  };
  using kept = new KeptSpans();
  const attributes = { ...Object.fromEntries(names.map((name) => [name, "zqsaid"])), ...about };
  kept.port.startSpan("search", "acme", { always: true, attributes }).end();
  const span = kept.span("search");
  expect(span.attributes).toMatchObject(about);
  expect(names.filter((name) => name in span.attributes)).toEqual([]);
});

test("an error keeps what an operator needs, within bounds", () => {
  using kept = new KeptSpans();
  const get = kept.port.startSpan("cache.get", "acme", { always: true });
  get.recordError(new CacheError("tier_unavailable", `tier hot is down: ${"x".repeat(2000)}`));
  get.end();
  const { status, events } = kept.span("cache.get");
  expect(status.code).toBe(2);
  expect(status.message).toMatch(/^tier hot is down: x+\.\.\.$/);
  expect(status.message).toHaveLength(512);
  expect(events[0]?.attributes?.["exception.type"]).toBe("tier_unavailable");
  expect(String(events[0]?.attributes?.["exception.stacktrace"])).toContain("exported-text.test");
});
