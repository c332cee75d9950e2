import {
  CacheError,
  type CacheBackend,
  type KeyScan,
  type ResidentSpace,
  type ResidentStore,
} from "@cogniverse/sdk";
import {
  type BackendContractOptions,
  type BackendFixture,
  FakeClock,
  faultBackend,
} from "@cogniverse/testkit";
import { CAPABILITIES, HOOKS } from "../src/contract/backend-fixture.ts";
import { Evictions } from "./full/full-evictions.ts";
import { nodeLog } from "./full/full-log.ts";
import { residentStore } from "./full/full-residents.ts";
import { checkMetadata, FullStorage, METADATA_LIMIT } from "./full/full-storage.ts";
import { streamStore } from "./full/full-streams.ts";

/** A fixture whose backend has every capability and which has every hook, for the suite's own test. */
export function fullBackend(options: Readonly<{ maxEntries?: number }> = {}): BackendFixture {
  const clock = new FakeClock();
  const storage = new FullStorage(clock);
  return {
    backend: open(storage, options.maxEntries ?? Infinity),
    clock,
    advance: (ms) => clock.advance(ms),
    reopen: async () => open(storage, Infinity),
    another: async ({ leaseMs } = {}) => open(storage, Infinity, leaseMs),
    forget: async () => storage.wipe(),
    spoil: async (...args) => storage.spoil(...args),
    leftovers: async () => [...storage.uploads],
    loseAnswer: () => void (storage.log.loseNext = true),
  };
}

/** Everything that {@link fullBackend} claims. */
export const everything: BackendContractOptions = {
  capabilities: CAPABILITIES,
  hooks: HOOKS,
  unreadable: ["corrupt", "unsupported", "foreign", "archived"],
  configurableLease: true,
  metadataLimitBytes: METADATA_LIMIT,
  bounded: () => fullBackend({ maxEntries: 100 }),
  failures: {
    auth: () => failing(new CacheError("auth", "Password of user app refused"), ["s3cr3t/+"]),
    missing: () => failing(new CacheError("tier_unavailable", "There is no bucket b")),
    throttled: () => failing(new CacheError("throttled", "Slow down", { retryable: true })),
    unavailable: () => failing(new CacheError("tier_unavailable", "503", { retryable: true })),
    stopped: () => failing(new CacheError("tier_unavailable", "Refused", { retryable: true })),
    silent: () => silent(),
    large: () => ({ backend: refusing(fullBackend().backend), valueBytes: 1001 }),
  },
};

/** A backend whose every call rejects with `error`. */
export function failing(
  error: unknown,
  secrets: readonly string[] = [],
): Readonly<{ backend: CacheBackend; secrets: readonly string[] }> {
  const backend = faultBackend(fullBackend().backend);
  backend.faults.fail("*", { times: Infinity }, error);
  return { backend, secrets };
}

/** A backend whose calls hang until they are aborted, until it is closed or until its limit of time has passed, which is at once. */
function silent(): Readonly<{ backend: CacheBackend }> {
  const error = new CacheError("timeout", "No answer", { retryable: true });
  const inner = fullBackend().backend;
  const backend = faultBackend(inner);
  backend.faults.intercept("*", async ({ signal, op }) => {
    if (op === "close") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
    signal?.throwIfAborted();
    throw error;
  });
  return { backend };
}

function refusing(inner: CacheBackend): CacheBackend {
  return {
    ...inner,
    put: async (key, data, ...rest) => {
      if (data.byteLength > 1000) throw new CacheError("too_large", `The value of ${key}`);
      return inner.put(key, data, ...rest);
    },
  };
}

function open(storage: FullStorage, maxEntries: number, leaseMs?: number): CacheBackend {
  let closed = false;
  const evictions = new Evictions(() => storage.inner, maxEntries);
  const residents = residentStore(() => storage.inner);
  const spaces = new Map<string, ResidentSpace & { forget(key: string): void }>();
  const space = (tenantId: string): ResidentSpace & { forget(key: string): void } => {
    const known = spaces.get(tenantId) ?? residents(tenantId);
    spaces.set(tenantId, known);
    return known;
  };
  const guard =
    <A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (closed) throw new CacheError("closed", "The backend is closed");
      return run(...args);
    };
  const changed = async (key: string, tenantId: string): Promise<void> => {
    storage.mend(key, tenantId);
    space(tenantId).forget(key);
    await evictions.makeRoom(tenantId);
  };
  const entries = storage.entries();
  const streams = streamStore({ entries });
  return {
    traits: { locality: "machine", durable: true },
    exists: guard((...args) => storage.inner.exists(...args)),
    get: guard(async (...args) =>
      storage.isSpoilt(args[0], args[1]) ? undefined : storage.inner.get(...args),
    ),
    put: guard(async (...args) => {
      checkMetadata(args[3]);
      const done = await storage.inner.put(...args);
      await changed(args[0], args[2]);
      return done;
    }),
    delete: guard(async (...args) => {
      const done = await storage.inner.delete(...args);
      storage.mend(args[0], args[1]);
      space(args[1]).forget(args[0]);
      return done;
    }),
    listKeys: guard((...args) => storage.inner.listKeys(...args)),
    getStats: guard((...args) => storage.inner.getStats(...args)),
    entries: {
      getEntry: guard((...args) => entries.getEntry(...args)),
      headEntry: guard((...args) => entries.headEntry(...args)),
      putEntry: guard(async (...args) => {
        const etag = await entries.putEntry(...args);
        if (etag !== undefined) await changed(args[0], args[2]);
        return etag;
      }),
      deleteEntry: guard((...args) => entries.deleteEntry(...args)),
    },
    batch: {
      getEntries: guard((keys, tenantId, call) =>
        Promise.all(keys.map((key) => entries.getEntry(key, tenantId, call))),
      ),
    },
    scan: scanOf(storage, () => closed),
    streams: {
      getStream: guard((...args) => streams.getStream(...args)),
      putStream: guard(async (...args) => {
        const upload = crypto.randomUUID();
        storage.uploads.add(upload);
        return streams.putStream(...args).finally(() => storage.uploads.delete(upload));
      }),
    },
    leases: storage.leases,
    residents: { space } satisfies ResidentStore,
    evictions,
    log: nodeLog(storage.log, () => closed, leaseMs),
    purge: guard(async (tenantId, { onRemoved } = {}) => {
      const keys = await storage.inner.listKeys("", tenantId);
      for (const key of keys) {
        await storage.inner.delete(key, tenantId);
        storage.mend(key, tenantId);
        space(tenantId).forget(key);
      }
      onRemoved?.(keys.length);
      return keys.length;
    }),
    [Symbol.asyncDispose]: async () => void (closed = true),
  };
}

function scanOf(storage: FullStorage, isClosed: () => boolean): KeyScan {
  return {
    async *scan(prefix, after, tenantId, call) {
      if (isClosed()) throw new CacheError("closed", "The backend is closed");
      for await (const head of storage.inner.scan.scan(prefix, after, tenantId, call))
        if (!storage.isSpoilt(head.key, tenantId)) yield head;
    },
  };
}
