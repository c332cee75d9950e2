import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { MAX_PATH_BYTES } from "@cogniverse/sdk/keys";
import { MAX_PREFIX_BYTES, ObjectLayout, prefixProblem } from "../src/index.ts";

const segment = fc.stringMatching(/^[A-Za-z0-9\-_.@:=]{1,8}$/);
const prefix = fc
  .array(fc.oneof(segment, fc.constantFrom("tenant", "logs", "a")), { maxLength: 4 })
  .map((parts) => parts.join("/"))
  .filter((text) => prefixProblem(text) === undefined);
const key = fc
  .array(fc.oneof(segment, fc.constantFrom("tenants", "log", "uploads", "doctor")), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join("/"));
const tenant = fc.constantFrom("a", "a:b", "tenants", "log", "uploads", "doctor");

describe("ObjectLayout", () => {
  test("names of two areas, or of two deployments in one bucket, never meet", () => {
    const named = fc.record({ prefix, tenant, key }).chain((one) => {
      const layout = new ObjectLayout(one.prefix);
      return fc.constantFrom(
        {
          id: `e ${layout.prefix} ${one.tenant} ${one.key}`,
          name: layout.entry(one.tenant, one.key),
        },
        { id: `u ${layout.prefix} ${one.key}`, name: layout.upload(one.key) },
        { id: `d ${layout.prefix} ${one.key}`, name: layout.probe(one.key) },
        { id: `s ${layout.prefix} ${one.key}`, name: layout.logSnapshots + one.key },
        { id: `h ${layout.prefix}`, name: layout.logHead },
      );
    });
    fc.assert(
      fc.property(named, named, (a, b) => {
        expect(a.name === b.name).toBe(a.id === b.id);
      }),
      { numRuns: 2000 },
    );
  });

  test("the longest prefix, tenant and key make a name of 1,024 bytes", () => {
    const layout = new ObjectLayout(`${"p".repeat(MAX_PREFIX_BYTES - 1)}/`);
    expect(layout.entry("t".repeat(128), "k".repeat(MAX_PATH_BYTES))).toHaveLength(1024);
  });

  test.each(["/a", "a//b", ".", "a/..", "tenants", "a/log/b", "é", "a b", "p".repeat(119)])(
    "the prefix %j is refused with a reason",
    (bad) => {
      expect(prefixProblem(bad)).toEqual(expect.any(String));
      expect(() => new ObjectLayout(bad)).toThrow(
        expect.objectContaining({ code: "invalid_config" }),
      );
    },
  );

  test("a prefix needs no slash at its end", () => {
    expect(new ObjectLayout("a/b").logHead).toBe("a/b/log/head.json");
    expect(new ObjectLayout("a/b/").entry("acme", "k/1")).toBe("a/b/tenants/acme/k/1");
    expect(new ObjectLayout().entry("acme", "k/1")).toBe("tenants/acme/k/1");
  });
});
