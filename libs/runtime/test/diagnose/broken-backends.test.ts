import { describe, expect, test } from "@jest/globals";
import {
  type CacheBackend,
  CacheError,
  type EntryStore,
  type InvalidationLog,
  isUnreadable,
  toPosition,
} from "@cogniverse/sdk";
import { faultBackend, mapBackend } from "@cogniverse/testkit";
import { diagnoseOne, faultsOf } from "../support/diagnose-one.ts";
import { wholeBackend } from "../support/streaming-backend.ts";

type Whole = ReturnType<typeof wholeBackend>;

const withEntries = (change: (entries: EntryStore) => Partial<EntryStore>): CacheBackend => {
  const whole = wholeBackend();
  return { ...whole, entries: { ...whole.entries, ...change(whole.entries) } };
};
const withLog = (change: (log: InvalidationLog) => Partial<InvalidationLog>): CacheBackend => {
  const whole = wholeBackend();
  return { ...whole, log: { ...whole.log, ...change(whole.log) } };
};
const changed = (change: (whole: Whole) => Partial<CacheBackend>): CacheBackend => {
  const whole = wholeBackend();
  return { ...whole, ...change(whole) };
};
const faulty = (script: (backend: ReturnType<typeof faultBackend>) => void): CacheBackend => {
  const backend = faultBackend(wholeBackend());
  script(backend);
  return backend;
};

/** Each breaks one rule, on purpose; the check that finds it, and what it says. */
const BROKEN: readonly (readonly [string, () => CacheBackend, string, RegExp])[] = [
  [
    "a lost write",
    () => faulty(({ faults }) => faults.lose("putEntry", { times: Infinity })),
    "write",
    /acknowledged and is not there/,
  ],
  [
    "a write that is refused",
    () => withEntries(() => ({ putEntry: async () => undefined })),
    "write",
    /was refused/,
  ],
  [
    "an etag that is not the copy's",
    () =>
      withEntries((entries) => ({
        putEntry: async (...args) => `${await entries.putEntry(...args)}x`,
      })),
    "write",
    /another etag/,
  ],
  [
    "a value that comes back damaged",
    () =>
      faulty(({ faults }) =>
        faults.corrupt("getEntry", (bytes) => bytes.slice(1), { times: Infinity }),
      ),
    "read",
    /65536 bytes came back as 65535 other bytes/,
  ],
  [
    "metadata that is lost",
    () =>
      withEntries((entries) => ({
        putEntry: (key, { data, metadata }, ...rest) =>
          entries.putEntry(key, { data, metadata: { ...metadata, user: {} } }, ...rest),
      })),
    "read",
    /other metadata/,
  ],
  [
    "a lifetime that is lost",
    () =>
      withEntries((entries) => ({
        putEntry: (key, { data, metadata }, ...rest) =>
          entries.putEntry(key, { data, metadata: { ...metadata, expiresAt: null } }, ...rest),
      })),
    "read",
    /another lifetime/,
  ],
  [
    "a listing that forgets",
    () =>
      changed((whole) => ({
        listKeys: async (...args) => (await whole.listKeys(...args)).slice(1),
      })),
    "read",
    /of 2 keys 1 are listed/,
  ],
  ["a torn read", () => tornReads(), "torn read", /metadata of another/],
  ["an old version after a new one", () => laggingReads(), "torn read", /old version/],
  [
    "a delete that lies",
    () =>
      changed((whole) => ({
        delete: async (key, ...rest) =>
          key.endsWith("/delete") ? true : whole.delete(key, ...rest),
      })),
    "delete",
    /still there/,
  ],
  [
    "a condition of a delete that is ignored",
    () =>
      withEntries((entries) => ({
        async deleteEntry(key, _etag, tenantId) {
          const head = await entries.headEntry(key, tenantId);
          if (head === undefined || isUnreadable(head)) return false;
          return entries.deleteEntry(key, head.etag, tenantId);
        },
      })),
    "delete",
    /another version/,
  ],
  [
    "conditions that are ignored",
    () =>
      withEntries((entries) => ({
        putEntry: (key, entry, tenantId, _condition, call) =>
          entries.putEntry(key, entry, tenantId, undefined, call),
      })),
    "conditional write",
    /two writers won the same race \(if absent\)/,
  ],
  [
    "a condition that is looked at before the write, not with it",
    () => checksFirst(),
    "conditional write",
    /two writers won/,
  ],
  [
    "an If-Match that is ignored",
    () =>
      withEntries((entries) => ({
        putEntry: (key, entry, tenantId, condition, call) =>
          entries.putEntry(
            key,
            entry,
            tenantId,
            condition?.if === "match" ? undefined : condition,
            call,
          ),
      })),
    "conditional write",
    /two writers won the same race \(if unchanged\)/,
  ],
  [
    "conditional writes that are all refused",
    () =>
      withEntries((entries) => ({
        putEntry: async (key, entry, tenantId, condition, call) =>
          condition === undefined
            ? entries.putEntry(key, entry, tenantId, condition, call)
            : undefined,
      })),
    "conditional write",
    /nobody won/,
  ],
  [
    "a batch in another order",
    () =>
      changed((whole) => ({
        batch: {
          getEntries: async (...args) => (await whole.batch.getEntries(...args)).toReversed(),
        },
      })),
    "batch",
    /single reads/,
  ],
  [
    "a range that is not half-open",
    () =>
      changed(({ streams }) => ({
        streams: {
          ...streams,
          getStream: (key, tenantId, [from, to] = [0, Infinity], call) =>
            streams.getStream(key, tenantId, [from, to + 1], call),
        },
      })),
    "stream and range",
    /bytes 65535 to 65537/,
  ],
  [
    "a log that goes back",
    () => {
      let position = 9;
      return withLog(() => ({
        head: async () => ({ logId: "l", position: toPosition(position--) }),
        snapshot: async () => ({ head: { logId: "l", position: toPosition(9) }, records: [] }),
      }));
    },
    "invalidation log",
    /went back, from position 9 to 8/,
  ],
  [
    "a log that is another one each time",
    () =>
      withLog(() => ({
        head: async () => ({ logId: crypto.randomUUID(), position: toPosition(0) }),
      })),
    "invalidation log",
    /replaced by another one/,
  ],
  [
    "a log that takes any position for its own",
    () =>
      withLog((log) => ({
        read: async () => ({ type: "records", head: await log.head(), records: [] }),
      })),
    "invalidation log",
    /another log's position/,
  ],
  [
    "calls that hang",
    () => faulty(({ faults }) => void faults.hang("putEntry")),
    "write",
    /did not answer within 100 ms/,
  ],
  [
    "a server that refuses",
    () =>
      faulty(({ faults }) =>
        faults.fail("putEntry", { times: Infinity }, new CacheError("auth", "access denied")),
      ),
    "write",
    /access denied/,
  ],
];

/** Bytes of what was written last, with the metadata of what was written first. */
function tornReads(): CacheBackend {
  return withEntries((entries) => {
    const first = new Map<string, Awaited<ReturnType<EntryStore["headEntry"]>>>();
    return {
      async getEntry(key, tenantId, call) {
        const copy = await entries.getEntry(key, tenantId, call);
        if (copy === undefined || isUnreadable(copy)) return copy;
        const known = first.get(key) ?? copy;
        first.set(key, known);
        return isUnreadable(known) ? copy : { ...copy, metadata: known.metadata };
      },
    };
  });
}

/** A replica that keeps to what it saw first. */
function laggingReads(): CacheBackend {
  return withEntries((entries) => {
    const seen = new Map<string, Awaited<ReturnType<EntryStore["getEntry"]>>>();
    return {
      async getEntry(key, ...rest) {
        const copy = seen.get(key) ?? (await entries.getEntry(key, ...rest));
        if (key.includes("/torn/")) seen.set(key, copy);
        return copy;
      },
    };
  });
}

/** What a store without conditional writes does when a client asks first. */
function checksFirst(): CacheBackend {
  return withEntries((entries) => ({
    async putEntry(key, entry, tenantId, condition, call) {
      const head = await entries.headEntry(key, tenantId, call);
      const etag = head === undefined || isUnreadable(head) ? undefined : head.etag;
      if (condition?.if === "absent" && etag !== undefined) return undefined;
      if (condition?.if === "match" && etag !== condition.etag) return undefined;
      return entries.putEntry(key, entry, tenantId, undefined, call);
    },
  }));
}

describe("diagnose finds", () => {
  test.each(BROKEN)("%s", async (_name, make, check, message) => {
    const diagnosis = await diagnoseOne(make());
    expect(diagnosis.ok).toBe(false);
    const found = faultsOf(diagnosis).find((finding) => finding.check === check);
    expect(found).toMatchObject({ level: "problem", message: expect.stringMatching(message) });
    expect(found?.remedy).not.toBe("");
  });
});

describe("diagnose finds nothing wrong with", () => {
  test.each([
    ["a backend with every capability", wholeBackend],
    ["one of only the six calls", () => mapBackend({ clock: { now: () => Date.now() } })],
  ])("%s", async (_name, make) => {
    const backend = make();
    const diagnosis = await diagnoseOne(backend);
    expect(faultsOf(diagnosis)).toEqual([]);
    expect(diagnosis).toMatchObject({ ok: true, tiers: [{ state: "up" }] });
  });
});
