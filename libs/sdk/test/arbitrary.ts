import * as fc from "fast-check";
import { toPosition, type Entry, type EntryMetadata, type Scope } from "@cogniverse/sdk";
import { joinPath, MAX_PATH_BYTES } from "@cogniverse/sdk/keys";

/** Characters that some layer between here and a disk, a URL or a pattern could take for something else. */
const TRICKY = [
  ...Array.from("aAbBzZ019-_.@:/%*?{}[]!'()~,\\ \t\n\0\"#&+=|<>^`$;"),
  ...Array.from("\u00e9e\u0301\u00df\u0130\ufeff\u2028\uffff\u{1f600}\u{10ffff}"),
  "%2F",
  "%2f",
  "%25",
  "..",
] as const;

/** A raw segment, empty never: anything that has a UTF-8 form. */
export const segment: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...TRICKY), { minLength: 1, maxLength: 6 }).map((c) => c.join("")),
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }),
  fc.constantFrom(".", "..", "...", "%2F", "%2f", "%25", "CON", "a.", "*", "**"),
);

/** Segments whose path is within the limit. */
export const segments: fc.Arbitrary<string[]> = fc
  .array(segment, { minLength: 1, maxLength: 5 })
  .filter(
    (list) => encodeURIComponent(list.join("/")).length + 4 * list.join("").length < MAX_PATH_BYTES,
  );

/** The text of a key of these segments, as the contract says it is written. */
export function textOf(list: readonly string[]): string {
  return list.map((s) => s.replaceAll("%", "%25").replaceAll("/", "%2F")).join("/");
}

const path: fc.Arbitrary<string> = segments.map(joinPath);

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({ kind: fc.constantFrom("key" as const, "tag" as const), value: path }),
  path.map((p): Scope => ({ kind: "prefix", value: `${p}/` })),
  fc.constant<Scope>({ kind: "tenant" }),
);

const position = fc.maxSafeNat().map(toPosition);
const text = fc.string({ unit: "binary", maxLength: 20 });
const instant = fc.integer({ min: 0, max: 2 ** 45 });

export const metadata: fc.Arbitrary<EntryMetadata> = fc.record({
  logId: text,
  asOf: position,
  createdAt: instant,
  freshUntil: fc.option(instant),
  expiresAt: fc.option(instant),
  computeMs: fc.double({ min: 0, max: 1e9, noNaN: true }).map((n) => n + 0),
  codec: text,
  contentType: text,
  encodings: fc.array(text, { maxLength: 3 }),
  decodedBytes: fc.maxSafeNat(),
  checksum: text,
  digest: text,
  tags: fc.array(text, { maxLength: 3 }),
  inherited: fc.array(
    fc.record({ scope, asOf: position, digest: text }, { requiredKeys: ["scope", "asOf"] }),
    {
      maxLength: 3,
    },
  ),
  user: fc.dictionary(fc.oneof(text, fc.constant("__proto__")), text, { maxKeys: 4 }),
});

export const entry: fc.Arbitrary<Entry> = fc.record({
  data: fc.uint8Array({ maxLength: 200 }),
  metadata,
});
