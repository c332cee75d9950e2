import { describe, expect, test } from "@jest/globals";
import { plainEntry } from "@cogniverse/sdk";
import { formatMetadata, parseMetadata } from "@cogniverse/sdk/frame";
import * as fc from "fast-check";
import { metadata } from "./arbitrary.ts";

const valid = plainEntry(new Uint8Array(3), { now: 5, ttl: 60 }).metadata;
const changed = (property: string, value: unknown): string =>
  JSON.stringify({ ...valid, [property]: value });

describe("metadata as text", () => {
  test("comes back as it was: unicode, lone surrogates, odd names of user metadata", () => {
    fc.assert(
      fc.property(metadata, (original) => {
        const text = formatMetadata(original);
        const parsed = parseMetadata(text);
        expect(parsed).toEqual(original);
        expect(parsed === undefined ? "" : formatMetadata(parsed)).toBe(text);
      }),
    );
  });

  test("has one order of properties, whatever the object's", () => {
    const backwards = Object.fromEntries(Object.entries(valid).toReversed());
    expect(formatMetadata({ ...valid, ...backwards })).toBe(formatMetadata(valid));
    // Built property by property from a valid one.
    expect(formatMetadata(backwards as typeof valid)).toBe(formatMetadata(valid));
  });

  test("leaves out properties of later versions", () => {
    expect(parseMetadata(changed("later", 1))).toEqual(valid);
  });

  test("keeps a stamp of a kind of a later version, which counts as the whole tenant", () => {
    const inherited = [{ scope: { kind: "model", value: "x" }, asOf: 4 }];
    expect(parseMetadata(changed("inherited", inherited))).toMatchObject({ inherited });
  });

  test("is refused where a property is missing", () => {
    for (const property of Object.keys(valid))
      expect(parseMetadata(changed(property, undefined))).toBeUndefined();
  });

  test("is refused where a value could not be checked or would never die", () => {
    const bad: [string, unknown][] = [
      ["asOf", -1],
      ["asOf", 1.5],
      ["asOf", 2 ** 53],
      ["asOf", "1"],
      ["asOf", null],
      ["decodedBytes", -1],
      ["createdAt", "now"],
      ["expiresAt", "never"],
      ["expiresAt", true],
      ["tags", "a"],
      ["tags", [1]],
      ["encodings", {}],
      ["user", []],
      ["user", { a: 1 }],
      ["user", null],
      ["inherited", [{ scope: { kind: "key" }, asOf: 1 }]],
      ["inherited", [{ scope: { kind: "glob", value: 1 }, asOf: 1 }]],
      ["inherited", [{ scope: { kind: "tenant" }, asOf: -1 }]],
      ["inherited", [{ scope: "tenant", asOf: 1 }]],
      ["inherited", [{ scope: { kind: "tenant" }, asOf: 1, digest: 1 }]],
      ["inherited", [null]],
    ];
    for (const [property, value] of bad)
      expect(parseMetadata(changed(property, value))).toBeUndefined();
    for (const text of ["", "{", "null", "[]", "7", "{}"])
      expect(parseMetadata(text)).toBeUndefined();
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(parseMetadata(text)).toBeUndefined();
      }),
    );
  });
});
