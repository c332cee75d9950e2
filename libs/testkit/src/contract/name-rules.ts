import { deepEqual, equal } from "node:assert/strict";
import { inParallel } from "./in-parallel.ts";
import type { Rule } from "./rule.ts";
import { checkBytes } from "./samples.ts";

const TENANTS = ["a", "A", "a:b", "a.b", "a-b", "a_b", "a:", "acme", "acme:prod", "x".repeat(128)];
const LONG = `${"k".repeat(500)}/${"k".repeat(266)}`;
const KEYS = [
  "b",
  "c",
  "b:c",
  "b/c",
  "b%2Fc",
  "b%252Fc",
  "a/b/c",
  "A/b/c",
  "a/B/c",
  "%2E%2E/b",
  "%2E",
  "%2E%2E",
  "...",
  "a.",
  "con",
  "-",
  "a%20",
  "a%00b",
  "a%2A",
  "__proto__",
  "%C3%A9",
  "e%CC%81",
  "%F0%9F%98%80",
  "frames@2/v/f.jpg",
  "constructor",
];

/** Tenants and keys that a careless encoding takes for each other. */
export function nameRules(rule: Rule): void {
  const names = TENANTS.flatMap((tenantId) => KEYS.map((key) => ({ tenantId, key })));
  const value = ({ tenantId, key }: (typeof names)[number]): Uint8Array =>
    new Uint8Array(Buffer.from(`${tenantId}|${key}`));

  rule("tenants and keys chosen to collide are never one entry", async ({ backend }) => {
    // One after the other: this is about names. Races have rules of their own.
    await inParallel(names, (name) => backend.put(name.key, value(name), name.tenantId), 1);
    await inParallel(names, async (name) =>
      checkBytes(await backend.get(name.key, name.tenantId), value(name)),
    );
    for (const tenantId of TENANTS)
      deepEqual(await backend.listKeys("", tenantId), KEYS.toSorted());
    await inParallel(KEYS, (key) => backend.delete(key, "a"), 1);
    deepEqual(await backend.listKeys("", "a"), []);
    const others = names.filter((n) => n.tenantId !== "a");
    await inParallel(others, async ({ key, tenantId }) =>
      equal(await backend.exists(key, tenantId), true),
    );
  });

  rule("keys as long as may be that differ in their last byte are never one entry", async (f) => {
    const longest = [`${LONG}1`, `${LONG}2`];
    const tenantId = "x".repeat(128);
    for (const key of longest) await f.backend.put(key, Buffer.from(key), tenantId);
    for (const key of longest) checkBytes(await f.backend.get(key, tenantId), Buffer.from(key));
    deepEqual(await f.backend.listKeys("k", tenantId), longest);
    await f.backend.delete(`${LONG}1`, tenantId);
    deepEqual(await f.backend.listKeys("", tenantId), [`${LONG}2`]);
  });

  rule(
    "a key may be the beginning of another, as a file and a folder cannot",
    async ({ backend }) => {
      for (const key of ["a/b/c", "a/b", "a", "a/b/c/d"])
        await backend.put(key, Buffer.from(key), "t");
      for (const key of ["a", "a/b", "a/b/c", "a/b/c/d"])
        deepEqual(Buffer.from((await backend.get(key, "t")) ?? []).toString(), key);
      await backend.delete("a/b", "t");
      deepEqual(await backend.listKeys("", "t"), ["a", "a/b/c", "a/b/c/d"]);
    },
  );
}
