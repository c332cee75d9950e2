import { FramedEntries } from "@cogniverse/core";
import type {
  BackendStats,
  BackendTraits,
  BatchStore,
  Bytes,
  CacheBackend,
  Call,
  Clock,
  EntryStore,
  EvictionSource,
  InvalidationLog,
  KeyScan,
  LeaseStore,
  SessionTable,
  StreamStore,
  UserMetadata,
} from "@cogniverse/sdk";
import { deferredSessions } from "./deferred-sessions.ts";
import { deferredLog } from "./deferred-log.ts";
import type { TierConnection } from "./tier-connection.ts";

/** Until the backend tells: seen by all and outliving the process, so that its bytes are verified and its time is limited. */
const UNKNOWN_TRAITS: BackendTraits = { locality: "shared", durable: true };

/**
 * A backend that is not there yet. Every call is refused with `tier_unavailable` until the connection has made the real one,
 * and goes to that from then on. `entries` is there from the first moment, since the manager asks once whether it is; so is
 * `log` and `sessions` where the module announces them: nothing may be served from another log meanwhile.
 */
export function deferredBackend(connection: TierConnection, clock: Clock): CacheBackend {
  // To a reader a capability that is `undefined` and one that is left out are the same; for a getter the types cannot say so.
  return new DeferredBackend(connection, clock) as CacheBackend;
}

class DeferredBackend {
  readonly entries: EntryStore;
  readonly evictions: EvictionSource;
  readonly log: InvalidationLog | undefined;
  readonly sessions: SessionTable | undefined;
  readonly #connection: TierConnection;

  constructor(connection: TierConnection, clock: Clock) {
    this.#connection = connection;
    this.entries = deferredEntries(connection, clock);
    this.evictions = deferredEvictions(connection);
    this.log = deferredLog(connection);
    this.sessions = deferredSessions(connection);
  }

  get traits(): BackendTraits {
    const { backend, tier } = this.#connection;
    return backend?.traits ?? tier.module.profile?.traits ?? UNKNOWN_TRAITS;
  }

  get defaultTtl(): number | null {
    return this.#connection.backend?.defaultTtl ?? null;
  }

  get batch(): BatchStore | undefined {
    return this.#connection.backend?.batch;
  }

  get streams(): StreamStore | undefined {
    return this.#connection.backend?.streams;
  }

  get scan(): KeyScan | undefined {
    return this.#connection.backend?.scan;
  }

  get leases(): LeaseStore | undefined {
    return this.#connection.backend?.leases;
  }

  // `async` makes the refusal a rejection.
  async exists(key: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#connection.require().exists(key, tenantId, call);
  }

  async get(key: string, tenantId: string, call?: Call): Promise<Bytes | undefined> {
    return this.#connection.require().get(key, tenantId, call);
  }

  async put(
    key: string,
    data: Bytes,
    tenantId: string,
    metadata?: UserMetadata,
    ttl?: number | null,
    call?: Call,
  ): Promise<boolean> {
    return this.#connection.require().put(key, data, tenantId, metadata, ttl, call);
  }

  async delete(key: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#connection.require().delete(key, tenantId, call);
  }

  async listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    return this.#connection.require().listKeys(prefix, tenantId, call);
  }

  async getStats(tenantId: string, call?: Call): Promise<BackendStats> {
    return this.#connection.require().getStats(tenantId, call);
  }

  /** Key by key where the backend that came knows no better. */
  get purge(): CacheBackend["purge"] {
    const { backend } = this.#connection;
    return backend?.purge?.bind(backend);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/** What is there once the backend is, where that has it. */
type LateCalls = { expectPut: EntryStore["expectPut"] | undefined };

/** The real backend's own, or frames over its six calls as the manager would make them. */
function deferredEntries(connection: TierConnection, clock: Clock): EntryStore {
  let framed: EntryStore | undefined;
  const entries = (): EntryStore => {
    const backend = connection.require();
    return backend.entries ?? (framed ??= new FramedEntries(backend, clock));
  };
  const deferred: Required<Omit<EntryStore, "expectPut">> & Readonly<LateCalls> = {
    getEntry: async (...args) => entries().getEntry(...args),
    headEntry: async (...args) => entries().headEntry(...args),
    putEntry: async (...args) => entries().putEntry(...args),
    deleteEntry: async (...args) => entries().deleteEntry(...args),
    deleteEntries: async (copies, tenantId, call) => {
      const store = entries();
      const oneByOne = (): Promise<readonly boolean[]> =>
        Promise.all(copies.map(({ key, etag }) => store.deleteEntry(key, etag, tenantId, call)));
      return (await store.deleteEntries?.(copies, tenantId, call)) ?? oneByOne();
    },
    get expectPut() {
      const store = connection.backend?.entries;
      return store?.expectPut?.bind(store);
    },
  };
  // As for the backend itself, of which deferredBackend says it.
  return deferred as EntryStore;
}

function deferredEvictions(connection: TierConnection): EvictionSource {
  return {
    onEvict(listener) {
      let inner: Disposable | undefined;
      const stop = connection.whenUp((backend) => {
        inner = backend.evictions?.onEvict(listener);
      });
      return {
        [Symbol.dispose]: () => {
          stop[Symbol.dispose]();
          inner?.[Symbol.dispose]();
        },
      };
    },
  };
}
