import { deepEqual, equal, ok } from "node:assert/strict";
import {
  type CacheBackend,
  type Entry,
  type NewResident,
  type ResidentSpace,
  toPosition,
} from "@cogniverse/sdk";
import type { Rule } from "./rule.ts";
import { checkBytes, entriesOf, sampleBytes, sampleEntry } from "./samples.ts";

/** `residents`. */
export function residentRules(rule: Rule): void {
  rule("a resident is found as it was inserted, by its tenant alone", async ({ backend }) => {
    const value = { decoded: true };
    const newcomer = resident(sampleBytes(10), { value, note: "n", checkedAt: 7 });
    const inserted = spaceOf(backend).insert(newcomer);
    ok(inserted !== undefined);
    const found = spaceOf(backend).find("a");
    equal(found, inserted);
    equal(found?.value, value);
    deepEqual(
      [found?.key, found?.note, found?.checkedAt, found?.expiresAt],
      ["a", "n", 7, Infinity],
    );
    equal(found?.entry.metadata, newcomer.entry.metadata);
    equal(spaceOf(backend), spaceOf(backend));
    equal(spaceOf(backend, "u").find("a"), undefined);
  });

  rule("expiresAt is the entry's", async ({ backend }) => {
    const entry = sampleEntry(sampleBytes(1), { expiresAt: 2 ** 44 });
    equal(spaceOf(backend).insert({ ...resident(entry.data), entry })?.expiresAt, 2 ** 44);
  });

  rule("a resident of a greater position stays; an equal one is replaced", async ({ backend }) => {
    const space = spaceOf(backend);
    space.insert(resident(sampleBytes(1), { asOf: 5, value: "first" }));
    equal(space.insert(resident(sampleBytes(1), { asOf: 4, value: "older" })), undefined);
    equal(space.find("a")?.value, "first");
    ok(space.insert(resident(sampleBytes(1), { asOf: 5, value: "equal" })));
    equal(space.find("a")?.value, "equal");
  });

  rule("drop takes away this very resident and no later one", async ({ backend }) => {
    const space = spaceOf(backend);
    const first = space.insert(resident(sampleBytes(1)));
    const second = space.insert(resident(sampleBytes(2)));
    ok(first && second);
    space.drop(first);
    equal(space.find("a"), second);
    space.drop(second);
    equal(space.find("a"), undefined);
    space.drop(second);
  });

  rule("residents and the calls on bytes show one and the same copy", async ({ backend }) => {
    const space = spaceOf(backend);
    space.insert(resident(sampleBytes(10)));
    checkBytes(await backend.get("a", "t"), sampleBytes(10));
    deepEqual(await backend.listKeys("", "t"), ["a"]);
    await backend.delete("a", "t");
    equal(space.find("a"), undefined);
    space.insert(resident(sampleBytes(10), { value: "old" }));
    await entriesOf(backend).putEntry(
      "a",
      sampleEntry(sampleBytes(11), { asOf: toPosition(9) }),
      "t",
    );
    equal(space.find("a")?.value === "old", false);
    checkBytes(await backend.get("a", "t"), sampleBytes(11));
  });
}

function spaceOf(backend: CacheBackend, tenantId: string = "t"): ResidentSpace {
  if (backend.residents === undefined)
    throw new Error("The backend claims `residents` and has none");
  return backend.residents.space(tenantId);
}

function resident(
  data: Entry["data"],
  more: Readonly<{ asOf?: number; value?: unknown; note?: unknown; checkedAt?: number }> = {},
): NewResident {
  const { asOf = 5, value = "value", note, checkedAt = -1 } = more;
  const entry = sampleEntry(data, { asOf: toPosition(asOf) });
  return { key: "a", entry, value, valueBytes: 100, note, checkedAt };
}
