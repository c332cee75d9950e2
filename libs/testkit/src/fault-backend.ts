import type {
  BatchStore,
  CacheBackend,
  EntryStore,
  KeyScan,
  LeaseStore,
  StreamStore,
} from "@cogniverse/sdk";
import { faultLog } from "./fault-log.ts";
import { FaultScript } from "./fault-script.ts";

/** A decorated backend and the script of its faults. */
export type FaultBackend = CacheBackend & { readonly faults: FaultScript };

/**
 * Wraps any backend so that a test can stop, fail, lose, reorder or damage its calls. Has exactly the capabilities of `inner`.
 * `residents` and `evictions` go through untouched, since their calls are synchronous. Several backends may share one script.
 */
export function faultBackend(
  inner: CacheBackend,
  faults: FaultScript = new FaultScript(),
): FaultBackend {
  const { traits, defaultTtl, entries, batch, streams, scan, leases, log } = inner;
  const { residents, evictions } = inner;
  return {
    faults,
    ...(traits === undefined ? {} : { traits }),
    ...(defaultTtl === undefined ? {} : { defaultTtl }),
    ...plainCalls(inner, faults),
    ...(entries === undefined ? {} : { entries: faultEntries(entries, faults) }),
    ...(batch === undefined ? {} : { batch: faultBatch(batch, faults) }),
    ...(streams === undefined ? {} : { streams: faultStreams(streams, faults) }),
    ...(scan === undefined ? {} : { scan: faultScan(scan, faults) }),
    ...(leases === undefined ? {} : { leases: faultLeases(leases, faults) }),
    ...(log === undefined ? {} : { log: faultLog(log, faults) }),
    ...(residents === undefined ? {} : { residents }),
    ...(evictions === undefined ? {} : { evictions }),
    ...(inner.purge === undefined ? {} : { purge: faultPurge(inner, faults) }),
    [Symbol.asyncDispose]: () =>
      faults.run({ op: "close" }, async () => inner[Symbol.asyncDispose]?.()),
  };
}

function faultPurge(inner: CacheBackend, faults: FaultScript): NonNullable<CacheBackend["purge"]> {
  return (tenantId, options) =>
    faults.run(
      { op: "purge", tenantId, ...options },
      // Only asked for where there is one.
      async ({ signal }) => (await inner.purge?.(tenantId, { ...options, signal })) ?? 0,
    );
}

function plainCalls(
  inner: CacheBackend,
  faults: FaultScript,
): Pick<CacheBackend, "exists" | "get" | "put" | "delete" | "listKeys" | "getStats"> {
  return {
    exists: (key, tenantId, call) =>
      faults.run({ op: "exists", key, tenantId, ...call }, ({ signal }) =>
        inner.exists(key, tenantId, { signal }),
      ),
    get: (key, tenantId, call) =>
      faults.run({ op: "get", key, tenantId, ...call }, ({ signal }) =>
        inner.get(key, tenantId, { signal }),
      ),
    put: (key, data, tenantId, metadata, ttl, call) =>
      faults.run(
        { op: "put", key, tenantId, ...call },
        ({ change, signal }) => inner.put(key, change(data), tenantId, metadata, ttl, { signal }),
        () => true,
      ),
    delete: (key, tenantId, call) =>
      faults.run(
        { op: "delete", key, tenantId, ...call },
        ({ signal }) => inner.delete(key, tenantId, { signal }),
        () => true,
      ),
    listKeys: (prefix, tenantId, call) =>
      faults.run({ op: "listKeys", key: prefix, tenantId, ...call }, ({ signal }) =>
        inner.listKeys(prefix, tenantId, { signal }),
      ),
    getStats: (tenantId, call) =>
      faults.run({ op: "getStats", tenantId, ...call }, ({ signal }) =>
        inner.getStats(tenantId, { signal }),
      ),
  };
}

function faultEntries(inner: EntryStore, faults: FaultScript): EntryStore {
  return {
    getEntry: (key, tenantId, call) =>
      faults.run({ op: "getEntry", key, tenantId, ...call }, ({ signal }) =>
        inner.getEntry(key, tenantId, { signal }),
      ),
    headEntry: (key, tenantId, call) =>
      faults.run({ op: "headEntry", key, tenantId, ...call }, ({ signal }) =>
        inner.headEntry(key, tenantId, { signal }),
      ),
    putEntry: (key, entry, tenantId, condition, call) =>
      faults.run(
        { op: "putEntry", key, tenantId, ...call },
        ({ change, signal }) =>
          inner.putEntry(key, { ...entry, data: change(entry.data) }, tenantId, condition, {
            signal,
          }),
        () => "lost",
      ),
    deleteEntry: (key, etag, tenantId, call) =>
      faults.run(
        { op: "deleteEntry", key, tenantId, ...call },
        ({ signal }) => inner.deleteEntry(key, etag, tenantId, { signal }),
        () => true,
      ),
    ...(inner.expectPut === undefined ? {} : { expectPut: faultLook(inner, faults) }),
    ...(inner.deleteEntries === undefined ? {} : { deleteEntries: faultDeletions(inner, faults) }),
  };
}

function faultLook(inner: EntryStore, faults: FaultScript): NonNullable<EntryStore["expectPut"]> {
  return (key, tenantId, call) =>
    faults.run({ op: "headEntry", key, tenantId, ...call }, async ({ signal }) =>
      inner.expectPut?.(key, tenantId, { signal }),
    );
}

function faultDeletions(
  inner: EntryStore,
  faults: FaultScript,
): NonNullable<EntryStore["deleteEntries"]> {
  return (copies, tenantId, call) =>
    faults.run(
      { op: "deleteEntries", tenantId, ...call },
      // Only asked for where there is one.
      async ({ signal }) => (await inner.deleteEntries?.(copies, tenantId, { signal })) ?? [],
      () => copies.map(() => true),
    );
}

function faultBatch(inner: BatchStore, faults: FaultScript): BatchStore {
  return {
    getEntries: (keys, tenantId, call) =>
      faults.run({ op: "getEntries", tenantId, ...call }, ({ signal }) =>
        inner.getEntries(keys, tenantId, { signal }),
      ),
  };
}

function faultStreams(inner: StreamStore, faults: FaultScript): StreamStore {
  return {
    getStream: (key, tenantId, range, call) =>
      faults.run({ op: "getStream", key, tenantId, ...call }, ({ signal }) =>
        inner.getStream(key, tenantId, range, { signal }),
      ),
    putStream: (key, body, seal, tenantId, call) =>
      faults.run(
        { op: "putStream", key, tenantId, ...call },
        ({ signal }) => inner.putStream(key, body, seal, tenantId, { signal }),
        async () => {
          // A lost write still reads what it is given, and asks for its metadata.
          const chunks = body[Symbol.asyncIterator]();
          while ((await chunks.next()).done !== true);
          seal();
          return "lost";
        },
      ),
  };
}

function faultScan(inner: KeyScan, faults: FaultScript): KeyScan {
  return {
    async *scan(prefix, after, tenantId, call) {
      yield* await faults.run({ op: "scan", key: prefix, tenantId, ...call }, async ({ signal }) =>
        inner.scan(prefix, after, tenantId, { signal }),
      );
    },
  };
}

function faultLeases(inner: LeaseStore, faults: FaultScript): LeaseStore {
  return {
    acquire: (key, tenantId, ttlMs, call) =>
      faults.run({ op: "acquire", key, tenantId, ...call }, ({ signal }) =>
        inner.acquire(key, tenantId, ttlMs, { signal }),
      ),
  };
}
