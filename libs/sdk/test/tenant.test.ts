import { describe, expect, test } from "@jest/globals";
import { checkTenant } from "@cogniverse/sdk/keys";
import * as fc from "fast-check";

function codeOf(tenantId: unknown): unknown {
  try {
    // A caller without types can give anything.
    checkTenant(tenantId as string);
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return "taken";
}

describe("checkTenant", () => {
  test("takes and returns unchanged what the rule allows", () => {
    for (const good of [
      "a",
      "acme:prod",
      "A-b_c.d:e",
      "_a",
      "a.",
      "a__b",
      "x".repeat(128),
      "-",
      ":",
      "constructor",
    ])
      expect(checkTenant(good)).toBe(good);
  });

  test("refuses everything else", () => {
    const bad = [
      "",
      ".",
      "..",
      ".a",
      "__a",
      "__proto__",
      "a/b",
      "a%2Fb",
      "a b",
      "a\n",
      "\na",
      "é",
      "x".repeat(129),
      "a*",
      "a\0",
    ];
    for (const tenantId of [...bad, undefined, null, 7, {}, ["a"]])
      expect(codeOf(tenantId)).toBe("invalid_tenant");
  });

  test("lets through exactly the characters of the rule", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 130 }), (text) => {
        const allowed =
          Array.from(text).every((c) => /[A-Za-z0-9_\-.:]/.test(c)) &&
          text.length <= 128 &&
          !text.startsWith(".") &&
          !text.startsWith("__");
        expect(codeOf(text)).toBe(allowed ? "taken" : "invalid_tenant");
      }),
    );
  });

  test("a message never repeats a long id whole", () => {
    expect(() => checkTenant("é".repeat(10_000))).toThrow(/^.{0,400}$/s);
  });
});
