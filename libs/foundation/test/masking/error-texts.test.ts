import { expect, test } from "@jest/globals";
import type { Span } from "@cogniverse/sdk";
import { exportedText, KeptSpans } from "../support/kept-spans.ts";

const SECRET = "a secret of sixteen or more";

function read(kept: KeptSpans, key: string): Span {
  return kept.port.startSpan("cache.get", "acme", {
    attributes: { "cache.key": key, "cache.hit": "miss" },
    always: true,
  });
}

function fail(span: Span, message: string): void {
  span.recordError(new Error(message));
  span.end();
}

function exported(kept: KeptSpans): string {
  return kept.spans.map((span) => exportedText(span)).join("\n");
}

test("of keys that begin alike each has its own form, whole", () => {
  using kept = new KeptSpans({ keys: { secret: SECRET } });
  const keyOf = (name: string): string => `transcriptions/lectures/${name}/text.json`;
  kept.port.span(
    "ingest",
    "acme",
    () => {
      read(kept, keyOf("jane-doe")).end();
      fail(
        read(kept, keyOf("john-roe")),
        `cannot read ${keyOf("john-roe")}, nor ${keyOf("unknown")}`,
      );
    },
    { "openinference.span.kind": "AGENT" },
  );
  const failed = kept.spans.find((span) => span.status.message !== undefined);
  expect(failed?.status.message).toContain(
    `cannot read ${String(failed?.attributes["cache.key"])},`,
  );
  expect(exported(kept)).not.toMatch(/doe|roe|unknown|text\.json/);
});

test("a key is hidden in its own error however many others its trace has seen since", () => {
  using kept = new KeptSpans({ keys: { secret: SECRET } });
  kept.port.span(
    "batch",
    "acme",
    (batch) => {
      const spans = Array.from({ length: 200 }, (_, i) => read(kept, `a${i}/concurrent/${i}.json`));
      const errors = spans.map((_, i) => new Error(`cannot read a${i}/concurrent/${i}.json`));
      for (const [i, span] of spans.entries()) span.recordError(errors[i]);
      for (const span of spans) span.end();
      batch.recordError(errors[3]);
    },
    { "openinference.span.kind": "AGENT" },
  );
  expect(kept.spans).toHaveLength(201);
  expect(exported(kept)).not.toContain("concurrent");
});

test("a key is hidden in a URL", () => {
  using kept = new KeptSpans({ keys: { secret: SECRET } });
  const key = "people/jörg & co/some file.json";
  const [whole, path] = [encodeURIComponent(key), key.split("/").map(encodeURIComponent).join("/")];
  fail(read(kept, key), `GET http://host/bucket/${path}?key=${whole}&n=1: 404`);
  expect(exported(kept)).not.toMatch(/people|rg|some/);
  expect(exported(kept)).toContain("&n=1: 404");
});

test("nothing of a message is touched where keys may be seen", () => {
  using kept = new KeptSpans({ keys: { visibility: "plain" } });
  kept.port.span(
    "ingest",
    "acme",
    () => {
      read(kept, "transcriptions/lectures/one.json").end();
      fail(read(kept, "a/b"), "cannot read transcriptions/lectures/other.json");
    },
    { "openinference.span.kind": "AGENT" },
  );
  expect(kept.spans[1]?.status.message).toBe("cannot read transcriptions/lectures/other.json");
});

test("a long word in a message costs no more than its length", () => {
  using kept = new KeptSpans({ keys: { secret: SECRET } });
  const began = performance.now();
  fail(read(kept, "a/b"), "a".repeat(16_000));
  // Half a second and more where each letter begins a search to the end.
  expect(performance.now() - began).toBeLessThan(150);
});
