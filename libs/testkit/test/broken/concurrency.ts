import { type Bytes, isUnreadable } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { type Broken, type Full, changed, entriesOf, withEntries } from "./broken.ts";

/** Stores in two steps with a turn of the event loop between them. */
async function torn(honest: Full, key: string, data: Bytes, tenantId: string): Promise<boolean> {
  await honest.put(key, data.slice(0, data.byteLength / 2), tenantId, undefined, null);
  await settle(1);
  return honest.put(key, data, tenantId, undefined, null);
}

/** Each breaks one rule. */
export const brokenConcurrency: readonly Broken[] = [
  {
    fault: "a value is written in two steps",
    rule: "readers among 64 writers see one whole value or another",
    breakIt: (h) =>
      changed(h, {
        put: (k, d, t) => torn(h, k, d, t),
        get: async (...a) => (await settle(1), h.get(...a)),
      }),
  },
  {
    fault: "tenants at once share a buffer",
    rule: "64 tenants at once keep their own",
    breakIt: (h) => {
      let shared: Bytes = new Uint8Array();
      return changed(h, {
        async put(k, d, ...a) {
          shared = d;
          await settle(1);
          return h.put(k, shared, ...a);
        },
      });
    },
  },
  {
    fault: "a deleted key stays in the listing",
    rule: "writers and deleters of one key leave one value or none",
    breakIt: (h) => {
      const known = new Set<string>();
      return changed(h, {
        put: (k, ...a) => (known.add(k), h.put(k, ...a)),
        delete: async (k, t, c) => {
          await settle(2);
          return h.delete(k, t, c);
        },
        listKeys: async () => [...known],
      });
    },
  },
  {
    fault: "metadata and data are stored in two steps",
    rule: "data and metadata of an entry are never of two writers",
    breakIt: (h) => {
      const inner = entriesOf(h);
      return withEntries(h, {
        async putEntry(key, entry, tenantId, ...a) {
          const old = await inner.getEntry(key, tenantId);
          const data = old === undefined || isUnreadable(old) ? entry.data : old.data;
          await inner.putEntry(key, { ...entry, data }, tenantId);
          await settle(1);
          return inner.putEntry(key, entry, tenantId, ...a);
        },
      });
    },
  },
  {
    fault: "`absent` is checked before it is written",
    rule: "of 16 concurrent `absent` writes exactly one wins",
    breakIt: (h) => checkedFirst(h),
  },
  {
    fault: "`match` is checked before it is written",
    rule: "of 16 concurrent writes that match one etag exactly one wins",
    breakIt: (h) => checkedFirst(h),
  },
  {
    fault: "`not-newer` is checked before it is written",
    rule: "of concurrent `not-newer` writes the latest position stays",
    breakIt: (h) => checkedFirst(h),
  },
];

/** Decides on what it saw a turn of the event loop ago. */
function checkedFirst(h: Full): Full {
  const inner = entriesOf(h);
  return withEntries(h, {
    async putEntry(key, entry, tenantId, condition, call) {
      const seen = await inner.headEntry(key, tenantId);
      await settle(1 + (entry.metadata.asOf % 2));
      const stored = seen === undefined || isUnreadable(seen) ? undefined : seen;
      const met =
        condition === undefined ||
        (condition.if === "absent" && stored === undefined) ||
        (condition.if === "match" && stored?.etag === condition.etag) ||
        (condition.if === "not-newer" && (stored?.metadata.asOf ?? 0) <= condition.asOf);
      return met ? inner.putEntry(key, entry, tenantId, undefined, call) : undefined;
    },
  });
}
