import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { entryKey, keyRange, splitEntryKey } from "../src/entry-key.ts";

const tenant = fc.stringMatching(/^[A-Za-z0-9_\-:][A-Za-z0-9_\-.:]{0,30}$/);
// The path separator and what sorts around it come up often; NUL never does, in canonical paths.
const path = fc
  .array(fc.constantFrom("/", "a", "b", ".", "%2F", "é", "\u{1f600}", "~"), { maxLength: 12 })
  .map((parts) => parts.join(""));

const holds = (range: Readonly<{ start: Buffer; end: Buffer }>, key: Buffer): boolean =>
  Buffer.compare(key, range.start) >= 0 && Buffer.compare(key, range.end) < 0;

test("an index key is its tenant and key, and nobody else's", () => {
  fc.assert(
    fc.property(tenant, path, tenant, path, (tenantId, key, otherTenant, otherKey) => {
      expect(splitEntryKey(entryKey(tenantId, key))).toEqual({ tenantId, key });
      const equal = entryKey(tenantId, key).equals(entryKey(otherTenant, otherKey));
      expect(equal).toBe(tenantId === otherTenant && key === otherKey);
    }),
  );
});

test("a range holds the tenant's keys with the prefix after a key, and no others", () => {
  fc.assert(
    fc.property(tenant, path, path, path, tenant, (tenantId, prefix, after, key, other) => {
      const later = Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
      const range = keyRange(tenantId, prefix, after);
      expect(holds(range, entryKey(tenantId, key))).toBe(key.startsWith(prefix) && later);
      expect(holds(range, entryKey(other, key))).toBe(
        other === tenantId && key.startsWith(prefix) && later,
      );
    }),
  );
});

test("a key that LMDB cannot hold is refused", () => {
  expect(() => entryKey("acme", "x".repeat(1973))).not.toThrow();
  expect(() => entryKey("acme", "x".repeat(1974))).toThrow(
    expect.objectContaining({ code: "invalid_key" }),
  );
});
