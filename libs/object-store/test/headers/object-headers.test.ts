import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { toPosition, type EntryMetadata, type ScopeStamp } from "@cogniverse/sdk";
import { formatMetadata } from "@cogniverse/sdk/frame";
import * as fc from "fast-check";
import { formatHeaders, parseHeaders, type ObjectHeaders } from "../../src/index.ts";
import { metadataOf } from "../surroundings.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ maxLength: 20 }),
  // Lone surrogates too: what JSON carries, headers carry.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom("", "%", "%u0041", "%41", ",", ";", "=", "~", "*", "__proto__", " a", "a/b.npz"),
);
const position = fc.nat({ max: Number.MAX_SAFE_INTEGER }).map(toPosition);
const number = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger())
  .map((n) => (n === 0 ? 0 : n));
const instant = fc.oneof(fc.constant(null), number);
const digest = fc.oneof(text, fc.stringMatching(/^[0-9a-f]{64}$/));
const scope = fc.oneof(
  fc.record({ kind: fc.constantFrom("key", "prefix", "tag", "glob"), value: text }),
  fc.constant({ kind: "tenant" }),
  fc.record({ kind: fc.constant("galaxy"), arms: fc.nat(), value: text }),
  fc.record({ kind: fc.constant("key"), value: text, depth: fc.nat() }),
);
const stamp = fc
  .record({ scope, asOf: position, digest }, { requiredKeys: ["scope", "asOf"] })
  // Kinds of later releases are what the type does not know.
  .map((one) => one as unknown as ScopeStamp);
const metadata: fc.Arbitrary<EntryMetadata> = fc.record({
  logId: text,
  asOf: position,
  createdAt: number,
  freshUntil: instant,
  expiresAt: instant,
  computeMs: number,
  codec: text,
  contentType: fc.oneof(text, fc.constantFrom("image/jpeg", "text/plain; charset=utf-8")),
  encodings: fc.array(fc.oneof(text, fc.constant("zstd")), { maxLength: 3 }),
  decodedBytes: position,
  checksum: text,
  digest,
  tags: fc.array(text, { maxLength: 5 }),
  inherited: fc.array(stamp, { maxLength: 8 }),
  user: fc.array(fc.tuple(text, text), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
});

function values(headers: ObjectHeaders): readonly string[] {
  const { contentType, contentEncoding = "" } = headers;
  return [
    contentType,
    contentEncoding,
    ...Object.keys(headers.metadata),
    ...Object.values(headers.metadata),
  ];
}

function sizeOf({ metadata: headers }: ObjectHeaders): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
}

describe("metadata as headers", () => {
  test("any metadata comes back exactly, from printable ASCII without spaces at the ends", () => {
    fc.assert(
      fc.property(metadata, (entry) => {
        const headers = formatHeaders(entry, Infinity);
        for (const value of values(headers)) expect(value).toMatch(/^(?:[!-~](?:[ -~]*[!-~])?)?$/);
        const parsed = parseHeaders(headers);
        // As text, which has an own "__proto__" and lone surrogates too.
        expect(parsed.ok && formatMetadata(parsed.metadata)).toBe(formatMetadata(entry));
      }),
      { numRuns: 2000 },
    );
  });

  test("different metadata have different headers", () => {
    fc.assert(
      fc.property(metadata, metadata, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(formatHeaders(a, Infinity)).not.toEqual(formatHeaders(b, Infinity));
      }),
    );
  });

  test("a changed, cut or lost header is told, and never throws", () => {
    const change = fc.record({
      name: fc.constantFrom("cog-v", "cog-m", "cog-t", "cog-i", "cog-u"),
      text,
    });
    fc.assert(
      fc.property(metadata, change, (entry, { name, text: other }) => {
        const { metadata: headers, ...rest } = formatHeaders(entry, Infinity);
        fc.pre(headers[name] !== other && !(headers[name] === undefined && other === ""));
        const parsed = parseHeaders({ ...rest, metadata: { ...headers, [name]: other } });
        expect(parsed.ok).toBe(false);
        const { [name]: lost, ...others } = headers;
        const without = parseHeaders({ ...rest, metadata: others });
        expect(without.ok).toBe(lost === undefined);
      }),
      { numRuns: 1000 },
    );
  });

  test("headers of nobody are foreign, of another version unsupported", () => {
    const headers = formatHeaders(metadataOf(), 2048);
    expect(parseHeaders({ ...headers, metadata: {} })).toEqual({ ok: false, cause: "foreign" });
    expect(parseHeaders({ ...headers, metadata: { mtime: "1" } })).toEqual({
      ok: false,
      cause: "foreign",
    });
    const later = { ...headers.metadata, "cog-v": "2-xyz" };
    expect(parseHeaders({ ...headers, metadata: later })).toEqual({
      ok: false,
      cause: "unsupported",
    });
  });

  test("the form is the one of the golden file", () => {
    const entry = metadataOf({
      asOf: toPosition(4711),
      freshUntil: 1_735_689_660_000.5,
      expiresAt: 1_735_689_700_000,
      contentType: "text/plain; charset=utf-8",
      encodings: ["zstd"],
      digest: "ab".repeat(32),
      tags: ["vidéo", ""],
      inherited: [
        { scope: { kind: "key", value: "frames/v1/frame_1.5.jpg" }, asOf: toPosition(4700) },
        {
          scope: { kind: "key", value: "frames/v1/frame_2.jpg" },
          asOf: toPosition(4705),
          digest: "cd".repeat(32),
        },
        { scope: { kind: "tenant" }, asOf: toPosition(4705) },
        { scope: { kind: "prefix", value: "frames/" }, asOf: toPosition(1) },
      ],
      user: { título: "Straße", empty: "" },
    });
    const golden: unknown = JSON.parse(
      readFileSync(new URL("../golden/headers-1.json", import.meta.url), "utf8"),
    );
    expect(formatHeaders(entry, 2048)).toEqual(golden);
  });

  test.each(["image/jpeg\r\nx: y", "no type", "é/é", "", " text/plain"])(
    "a content type %j that no header may hold stands in the metadata alone",
    (contentType) => {
      const headers = formatHeaders(metadataOf({ contentType }), 2048);
      expect(headers.contentType).toBe("application/octet-stream");
      expect(parseHeaders(headers)).toMatchObject({ metadata: { contentType } });
    },
  );
});

describe("what fits", () => {
  const stamps = (value: (i: number) => string, withDigest = false): readonly ScopeStamp[] =>
    Array.from({ length: 64 }, (_, i) => ({
      scope: { kind: "key", value: value(i) },
      asOf: toPosition(1_000_000 + ((i * 7919) % 1000)),
      ...(withDigest ? { digest: i.toString(16).padStart(2, "0").repeat(32) } : {}),
    }));
  const asOf = toPosition(1_000_500);
  const fill = {
    asOf,
    digest: "ab".repeat(32),
    codec: "json@1",
    encodings: ["zstd"],
    contentType: "application/json",
  };

  test("64 stamps of frames of one video, or of 64 videos, fit into S3's 2,048 bytes", () => {
    const frames = stamps((i) => `frames/video-0017/frame_${(i * 1.5).toFixed(1)}.jpg`);
    expect(sizeOf(formatHeaders(metadataOf({ ...fill, inherited: frames }), 2048))).toBeLessThan(
      1200,
    );
    const videos = stamps(
      (i) => `transcriptions/video-${String(i * 7919).padStart(6, "0")}/transcription.json`,
    );
    expect(sizeOf(formatHeaders(metadataOf({ ...fill, inherited: videos }), 2048))).toBeLessThan(
      1400,
    );
  });

  test("digests of stamps are left out before an entry is refused, and everything else stays", () => {
    const inherited = stamps((i) => `frames/video-0017/frame_${i}.jpg`, true);
    const entry = metadataOf({ ...fill, inherited });
    expect(parseHeaders(formatHeaders(entry, 8192))).toEqual({ ok: true, metadata: entry });
    const bare = inherited.map(({ scope: of, asOf: at }) => ({ scope: of, asOf: at }));
    expect(parseHeaders(formatHeaders(entry, 2048))).toEqual({
      ok: true,
      metadata: { ...entry, inherited: bare },
    });
  });

  test("above the limit the error says how much, of what limit, and what takes it", () => {
    const entry = metadataOf({ tags: ["t".repeat(900)], user: { note: "u".repeat(1500) } });
    expect(() => formatHeaders(entry, 2048)).toThrow(
      expect.objectContaining({
        code: "too_large",
        retryable: false,
        message: expect.stringMatching(
          /takes 2\d{3} bytes as headers, the service allows 2048: .* own properties, 901 tags, 0 stamps .*, 1506 the user's map/,
        ),
      }),
    );
  });
});
