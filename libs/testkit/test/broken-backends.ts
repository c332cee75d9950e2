import type {
  Bytes,
  CacheBackend,
  Entry,
  EntryStore,
  Eviction,
  InvalidationLog,
  KeyScan,
  LogRecord,
  ResidentSpace,
  ResidentStore,
  StreamStore,
} from "@cogniverse/sdk";
import { isUnreadable, toPosition } from "@cogniverse/sdk";
import { settle, type BackendFixture } from "@cogniverse/testkit";

/** An honest backend or log made wrong in one way, and the rule that has to notice. */
type Broken<B> = Readonly<{
  fault: string;
  rule: string;
  breakIt: (honest: B, fixture: BackendFixture) => B;
}>;

type Full = CacheBackend;

const changed = (honest: Full, changes: Partial<Full>): Full => ({ ...honest, ...changes });

function entriesOf(honest: Full): EntryStore {
  if (honest.entries === undefined) throw new Error("no entries");
  return honest.entries;
}

function withEntries(honest: Full, changes: Partial<EntryStore>): Full {
  return changed(honest, { entries: { ...entriesOf(honest), ...changes } });
}

function required<T>(capability: T | undefined): T {
  if (capability === undefined) throw new Error("the honest backend has it");
  return capability;
}

/** Renames keys, tenants or both on the way in. */
function renamed(honest: Full, key: (key: string) => string, tenant: (id: string) => string): Full {
  return changed(honest, {
    exists: (k, t, c) => honest.exists(key(k), tenant(t), c),
    get: (k, t, c) => honest.get(key(k), tenant(t), c),
    put: (k, d, t, m, ttl, c) => honest.put(key(k), d, tenant(t), m, ttl, c),
    delete: (k, t, c) => honest.delete(key(k), tenant(t), c),
  });
}

/** Stores in two steps with a turn of the event loop between them. */
async function torn(honest: Full, key: string, data: Bytes, tenantId: string): Promise<boolean> {
  await honest.put(key, data.slice(0, data.byteLength / 2), tenantId, undefined, null);
  await settle(1);
  return honest.put(key, data, tenantId, undefined, null);
}

const plain: readonly Broken<Full>[] = [
  {
    fault: "an undeclared capability is missing",
    rule: "has the capabilities that it claims and no other",
    breakIt: (h) => {
      const { leases: _left, ...rest } = h;
      return rest;
    },
  },
  {
    fault: "absence is an error",
    rule: "absence is undefined and false, and deleting it no failure",
    breakIt: (h) =>
      changed(h, {
        get: async (...a) => {
          const found = await h.get(...a);
          if (found === undefined) throw new Error("not found");
          return found;
        },
      }),
  },
  {
    fault: "an empty value is a miss",
    rule: "an empty value is a hit",
    breakIt: (h) =>
      changed(h, {
        get: async (...a) => ((await h.get(...a))?.byteLength ? h.get(...a) : undefined),
      }),
  },
  {
    fault: "large values are cut",
    rule: "a value of 4096 bytes comes back as it was",
    breakIt: (h) => changed(h, { put: (k, d, ...a) => h.put(k, d.slice(0, 2000), ...a) }),
  },
  {
    fault: "bytes go through text",
    rule: "a value of 300000 bytes comes back as it was",
    breakIt: (h) =>
      changed(h, { put: (k, d, ...a) => h.put(k, Buffer.from(Buffer.from(d).toString()), ...a) }),
  },
  {
    fault: "the whole buffer behind a view is stored",
    rule: "a view into a larger buffer is stored as what it shows",
    breakIt: (h) => changed(h, { put: (k, d, ...a) => h.put(k, new Uint8Array(d.buffer), ...a) }),
  },
  {
    fault: "an overwrite by a shorter value leaves the tail of the longer",
    rule: "an overwrite replaces the whole value, also by a shorter one",
    breakIt: (h) =>
      changed(h, {
        async put(k, d, t, ...a) {
          const old = await h.get(k, t);
          const whole = Buffer.concat([d, old?.subarray(d.byteLength) ?? new Uint8Array()]);
          return h.put(k, whole, t, ...a);
        },
      }),
  },
  {
    fault: "a deleted key is still listed",
    rule: "what was deleted is gone from every call, until it is put again",
    breakIt: (h) => changed(h, { delete: (k, t) => h.put(k, new Uint8Array(), t) }),
  },
  {
    fault: "stats count all tenants",
    rule: "stats count a tenant's own entries and bytes",
    breakIt: (h) => changed(h, { getStats: () => h.getStats("t") }),
  },
  {
    fault: "tenant and key are joined by a colon",
    rule: "tenants and keys chosen to collide are never one entry",
    breakIt: (h) =>
      renamed(
        { ...h, get: (k) => h.get(k, "x"), put: (k, d, _t, ...a) => h.put(k, d, "x", ...a) },
        (k) => k,
        (t) => t,
      ),
  },
  {
    fault: "keys are not told apart by case",
    rule: "tenants and keys chosen to collide are never one entry",
    breakIt: (h) =>
      renamed(
        h,
        (k) => k.toLowerCase(),
        (t) => t,
      ),
  },
  {
    fault: "a tenant's name is decoded",
    rule: "tenants and keys chosen to collide are never one entry",
    breakIt: (h) =>
      renamed(
        h,
        (k) => k,
        (t) => t.replace(/[:._-]/g, "_"),
      ),
  },
  {
    fault: "a percent sign is decoded",
    rule: "tenants and keys chosen to collide are never one entry",
    breakIt: (h) =>
      renamed(
        h,
        (k) => decodeURIComponent(k),
        (t) => t,
      ),
  },
  {
    fault: "a long key is cut",
    rule: "tenants and keys chosen to collide are never one entry",
    breakIt: (h) =>
      renamed(
        h,
        (k) => k.slice(0, 255),
        (t) => t,
      ),
  },
  {
    fault: "deleting a key deletes what is below it",
    rule: "a key may be the beginning of another, as a file and a folder cannot",
    breakIt: (h) =>
      changed(h, {
        async delete(k, t, c) {
          for (const below of await h.listKeys(`${k}/`, t)) await h.delete(below, t);
          return h.delete(k, t, c);
        },
      }),
  },
];

const ttl: readonly Broken<Full>[] = [
  {
    fault: "the ttl is taken for milliseconds",
    rule: "a value lives for its ttl, in seconds, and then is absent from every call",
    breakIt: (h) => changed(h, { put: (k, d, t, m, s, c) => h.put(k, d, t, m, s && s / 1000, c) }),
  },
  {
    fault: "the ttl is dropped",
    rule: "a value lives for its ttl, in seconds, and then is absent from every call",
    breakIt: (h) => changed(h, { put: (k, d, t, m, _s, c) => h.put(k, d, t, m, null, c) }),
  },
  {
    fault: "a ttl is rounded up to minutes",
    rule: "a fraction of a second is a ttl too",
    breakIt: (h) =>
      changed(h, { put: (k, d, t, m, s, c) => h.put(k, d, t, m, s && Math.ceil(s / 60) * 60, c) }),
  },
  {
    fault: "null is taken for the default",
    rule: "a ttl of null never expires, whatever the default is",
    breakIt: (h) => changed(h, { put: (k, d, t, m, s, c) => h.put(k, d, t, m, s ?? 60, c) }),
  },
  {
    fault: "undefined is not the default that is declared",
    rule: "a ttl of undefined is the backend's default",
    breakIt: (h) => changed(h, { defaultTtl: 60 }),
  },
  {
    fault: "an overwrite keeps the first ttl",
    rule: "an overwrite brings its own ttl, longer or shorter",
    breakIt: (h) => {
      const first = new Map<string, number | null | undefined>();
      return changed(h, {
        put(k, d, t, m, s, c) {
          if (!first.has(k)) first.set(k, s);
          return h.put(k, d, t, m, first.get(k), c);
        },
      });
    },
  },
  {
    fault: "what expired once stays away",
    rule: "what expired can be put again",
    breakIt: (h) => {
      const known = new Set<string>();
      return changed(h, {
        async put(k, ...a) {
          if (known.has(k) && !(await h.exists(k, "t"))) return false;
          known.add(k);
          return h.put(k, ...a);
        },
      });
    },
  },
];

const listing: readonly Broken<Full>[] = [
  {
    fault: "a prefix is a folder",
    rule: "a prefix is text: no pattern, no folder, no more and no less",
    breakIt: (h) =>
      changed(h, {
        listKeys: async (p, t, c) =>
          (await h.listKeys(p, t, c)).filter(
            (k) => p === "" || p.endsWith("/") || k === p || k.startsWith(`${p}/`),
          ),
      }),
  },
  {
    fault: "a prefix is a SQL pattern",
    rule: "a prefix is text: no pattern, no folder, no more and no less",
    breakIt: (h) =>
      changed(h, {
        listKeys: async (p, t, c) =>
          (await h.listKeys("", t, c)).filter((k) =>
            new RegExp(`^${p.replaceAll(".", "\\.").replaceAll("_", ".")}`).test(k),
          ),
      }),
  },
  {
    fault: "a listing ends after its first page",
    rule: "300 keys are listed exactly, sorted by their bytes",
    breakIt: (h) =>
      changed(h, { listKeys: async (...a) => (await h.listKeys(...a)).slice(0, 200) }),
  },
  {
    fault: "a listing is in the order of a language",
    rule: "a prefix is text: no pattern, no folder, no more and no less",
    breakIt: (h) =>
      changed(h, {
        listKeys: async (...a) => (await h.listKeys(...a)).toSorted((x, y) => x.localeCompare(y)),
      }),
  },
  {
    fault: "a listing is paged by number, so that a deletion shifts it",
    rule: "keys that stay put are listed while others come and go",
    breakIt: (h) =>
      changed(h, {
        async listKeys(p, t, c) {
          const first = (await h.listKeys(p, t, c)).slice(0, 100);
          await settle(3);
          return [...first, ...(await h.listKeys(p, t, c)).slice(100)].toSorted();
        },
      }),
  },
  {
    fault: "a scan meets a key twice at a page's end",
    rule: "a scan meets each of 300 keys once, in order, with its metadata",
    breakIt: (h) => changed(h, { scan: twiceAt(required(h.scan), 100) }),
  },
  {
    fault: "a scan begins with the key it was to go on after",
    rule: "a scan goes on after any key, stored or not",
    breakIt: (h) => {
      const scan = required(h.scan);
      const before = (after: string | undefined): string | undefined => after?.slice(0, -1);
      return changed(h, { scan: { scan: (p, after, t, c) => scan.scan(p, before(after), t, c) } });
    },
  },
];

function twiceAt(inner: KeyScan, place: number): KeyScan {
  return {
    async *scan(...args) {
      let at = 0;
      for await (const one of inner.scan(...args)) {
        yield one;
        if (++at === place) yield one;
      }
    },
  };
}

const concurrent: readonly Broken<Full>[] = [
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
    rule: "of 64 concurrent `absent` writes exactly one wins",
    breakIt: (h) => checkedFirst(h),
  },
  {
    fault: "`match` is checked before it is written",
    rule: "of 64 concurrent writes that match one etag exactly one wins",
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

const entries: readonly Broken<Full>[] = [
  {
    fault: "user metadata goes through Latin-1",
    rule: "metadata comes back as it was, and so does its absence",
    breakIt: (h) =>
      withMetadata(h, (m) => ({
        ...m,
        user: Object.fromEntries(
          Object.entries(m.user).map(([k, v]) => [k, Buffer.from(v, "latin1").toString("latin1")]),
        ),
      })),
  },
  {
    fault: "an etag is the same for every write",
    rule: "`match` writes over exactly the copy it names",
    breakIt: (h) => {
      const inner = entriesOf(h);
      return withEntries(h, {
        putEntry: async (...a) => ((await inner.putEntry(...a)) === undefined ? undefined : "same"),
      });
    },
  },
  {
    fault: "an overwrite merges user metadata",
    rule: "an entry's metadata is its own: an overwrite leaves nothing of the old one",
    breakIt: (h) => {
      let user = {};
      return withMetadata(h, (m) => ({ ...m, user: (user = { ...user, ...m.user }) }));
    },
  },
  {
    fault: "a plain put leaves user metadata out",
    rule: "an entry is seen by the six calls, and a plain put as an entry of no log",
    breakIt: (h) => changed(h, { put: (k, d, t, _m, s, c) => h.put(k, d, t, undefined, s, c) }),
  },
  {
    fault: "expiresAt is only kept, not kept to",
    rule: "an entry is gone at its expiresAt, from entries and from the six calls",
    breakIt: (h) => withMetadata(h, (m) => ({ ...m, expiresAt: null })),
  },
  {
    fault: "an entry that is over already is stored for ever",
    rule: "an entry whose time is over already is never served",
    breakIt: (h, f) =>
      withMetadata(h, (m) =>
        (m.expiresAt ?? Infinity) < (f.clock?.now() ?? 0) ? { ...m, expiresAt: null } : m,
      ),
  },
  ...(["absent", "match", "not-newer"] as const).map((ignored): Broken<Full> => ({
    fault: `the condition \`${ignored}\` is ignored`,
    rule: {
      absent: "`absent` writes where nothing is, and only there",
      match: "`match` writes over exactly the copy it names",
      "not-newer": "`not-newer` spares a copy of a later position, and no other",
    }[ignored],
    breakIt: (h) => {
      const inner = entriesOf(h);
      return withEntries(h, {
        putEntry: (k, e, t, condition, c) =>
          inner.putEntry(k, e, t, condition?.if === ignored ? undefined : condition, c),
      });
    },
  })),
  {
    fault: "`not-newer` refuses an equal position",
    rule: "`not-newer` spares a copy of a later position, and no other",
    breakIt: (h) => {
      const inner = entriesOf(h);
      return withEntries(h, {
        putEntry: (k, e, t, condition, c) =>
          inner.putEntry(
            k,
            e,
            t,
            condition?.if === "not-newer"
              ? { ...condition, asOf: toPosition(Math.max(0, condition.asOf - 1)) }
              : condition,
            c,
          ),
      });
    },
  },
  {
    fault: "deleteEntry heeds no etag",
    rule: "deleteEntry deletes exactly the copy it names",
    breakIt: (h) => withEntries(h, { deleteEntry: (k, _etag, t, c) => h.delete(k, t, c) }),
  },
  {
    fault: "deleteEntry checks before it deletes",
    rule: "a conditional delete never takes a copy that came after",
    breakIt: (h) => {
      const inner = entriesOf(h);
      return withEntries(h, {
        async deleteEntry(k, etag, t) {
          const head = await inner.headEntry(k, t);
          await settle(1);
          if (head === undefined || isUnreadable(head) || head.etag !== etag) return false;
          return h.delete(k, t);
        },
        async putEntry(k, e, ...a) {
          if (e.metadata.user["n"] === "2") await Promise.resolve();
          return inner.putEntry(k, e, ...a);
        },
      });
    },
  },
];

function withMetadata(h: Full, change: (metadata: Entry["metadata"]) => Entry["metadata"]): Full {
  const inner = entriesOf(h);
  return withEntries(h, {
    putEntry: (k, e, ...a) => inner.putEntry(k, { ...e, metadata: change(e.metadata) }, ...a),
  });
}

const capabilities: readonly Broken<Full>[] = [
  {
    fault: "a batch leaves misses out",
    rule: "a batch answers each key in its place",
    breakIt: (h) => {
      const batch = required(h.batch);
      return changed(h, {
        batch: {
          getEntries: async (...a) => (await batch.getEntries(...a)).filter((e) => e !== undefined),
        },
      });
    },
  },
  {
    fault: "a range's end is included",
    rule: "a range is half-open",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        getStream: (k, t, r, c) => s.getStream(k, t, r && [r[0], r[1] + 1], c),
      })),
  },
  {
    fault: "a broken body is kept as far as it came",
    rule: "a body that breaks is never visible, and spares the copy before it",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: (k, body, ...a) => s.putStream(k, swallow(body), ...a),
      })),
  },
  {
    fault: "metadata is sealed before the body ended",
    rule: "what went in by chunks comes out whole, by stream and by get",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: (k, body, seal, ...a) => s.putStream(k, body, (seal(), seal), ...a),
      })),
  },
  {
    fault: "a body is visible while it comes in",
    rule: "nothing is visible until the body has ended",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: async (k, body, seal, t, c) => (
          await h.put(k, new Uint8Array(), t),
          s.putStream(k, body, seal, t, c)
        ),
      })),
  },
  {
    fault: "two hold one lease",
    rule: "of 64 that want a lease at once exactly one gets it",
    breakIt: (h) => {
      const leases = required(h.leases);
      let n = 0;
      return changed(h, {
        leases: { acquire: (k, ...a) => leases.acquire(`${k}${n++ % 2}`, ...a) },
      });
    },
  },
  {
    fault: "a lease is never given back",
    rule: "one holder a key, until it gives the lease back; fences grow",
    breakIt: (h) => {
      const leases = required(h.leases);
      const keep = { [Symbol.asyncDispose]: async (): Promise<void> => undefined };
      return changed(h, {
        leases: {
          acquire: async (...a) => {
            const lease = await leases.acquire(...a);
            return lease && { ...lease, ...keep };
          },
        },
      });
    },
  },
];

function withStreams(h: Full, change: (inner: StreamStore) => Partial<StreamStore>): Full {
  const streams = required(h.streams);
  return changed(h, { streams: { ...streams, ...change(streams) } });
}

async function* swallow(body: AsyncIterable<Bytes>): AsyncIterable<Bytes> {
  try {
    yield* body;
  } catch {
    // The fault: an error is taken for the end.
  }
}

const residents: readonly Broken<Full>[] = [
  {
    fault: "tenants share residents",
    rule: "a resident is found as it was inserted, by its tenant alone",
    breakIt: (h) => withResidents(h, (r) => ({ space: () => r.space("t") })),
  },
  {
    fault: "expiry is left out",
    rule: "expiresAt is the entry's",
    breakIt: (h) =>
      withSpace(h, (s) => ({
        insert: (n) => {
          const r = s.insert(n);
          return r && { ...r, expiresAt: Infinity };
        },
      })),
  },
  {
    fault: "an older resident replaces a newer one",
    rule: "a resident of a greater position stays; an equal one is replaced",
    breakIt: (h) =>
      withSpace(h, (s) => ({
        insert: (n) => {
          const old = s.find(n.key);
          if (old) s.drop(old);
          return s.insert(n);
        },
      })),
  },
  {
    fault: "drop takes whatever is under the key",
    rule: "drop takes away this very resident and no later one",
    breakIt: (h) =>
      withSpace(h, (s) => ({
        drop: (r) => {
          const found = s.find(r.key);
          if (found) s.drop(found);
        },
      })),
  },
  {
    fault: "a delete leaves the resident",
    rule: "residents and the calls on bytes show one and the same copy",
    breakIt: (h) =>
      changed(h, {
        delete: async (k, t) => {
          const e = await h.get(k, t);
          return e !== undefined;
        },
      }),
  },
];

function withResidents(h: Full, change: (inner: ResidentStore) => ResidentStore): Full {
  return changed(h, { residents: change(required(h.residents)) });
}

function withSpace(h: Full, change: (inner: ResidentSpace) => Partial<ResidentSpace>): Full {
  const spaces = new Map<string, ResidentSpace>();
  return withResidents(h, (r) => ({
    space(t) {
      const known = spaces.get(t) ?? { ...r.space(t), ...change(r.space(t)) };
      spaces.set(t, known);
      return known;
    },
  }));
}

const evictions: readonly Broken<Full>[] = [
  {
    fault: "every other eviction is kept quiet",
    rule: "each entry that makes room is told once, with its metadata",
    breakIt: (h) =>
      withListener(h, (listener) => {
        let n = 0;
        return (e) => {
          if (n++ % 2 === 0) listener(e);
        };
      }),
  },
  {
    fault: "the entry is gone when its eviction is told",
    rule: "an eviction's entry can be had when it is asked for at once",
    breakIt: (h) =>
      withListener(
        h,
        (listener) => (e) => listener({ ...e, load: () => Promise.resolve(undefined) }),
      ),
  },
  {
    fault: "a disposed listener goes on hearing",
    rule: "a listener that was disposed hears nothing more",
    breakIt: (h) => {
      const source = required(h.evictions);
      return changed(h, {
        evictions: { onEvict: (l) => (source.onEvict(l), { [Symbol.dispose]: () => undefined }) },
      });
    },
  },
  {
    fault: "a delete is told as an eviction",
    rule: "a delete and an overwrite are no evictions",
    breakIt: (h) => {
      let tell: (() => void) | undefined;
      const source = required(h.evictions);
      return changed(h, {
        delete: (...a) => (tell?.(), h.delete(...a)),
        evictions: {
          onEvict: (l) => {
            tell = () => l(deleted);
            return source.onEvict(l);
          },
        },
      });
    },
  },
];

const deleted: Eviction = {
  key: "a",
  tenantId: "t",
  // Nobody looks at it: the rule counts.
  metadata: {} as Entry["metadata"],
  cause: "size",
  load: async () => undefined,
};

type Listener = (eviction: Eviction) => void;

function withListener(h: Full, change: (listener: Listener) => Listener): Full {
  const source = required(h.evictions);
  return changed(h, { evictions: { onEvict: (listener) => source.onEvict(change(listener)) } });
}

const closing: readonly Broken<Full>[] = [
  {
    fault: "signals are ignored",
    rule: "a call whose signal has aborted rejects with its reason and does nothing",
    breakIt: (h) => changed(h, { get: (k, t) => h.get(k, t) }),
  },
  {
    fault: "an abort becomes an error of another kind",
    rule: "a call whose signal has aborted rejects with its reason and does nothing",
    breakIt: (h) =>
      changed(h, { put: (...a) => h.put(...a).catch(() => Promise.reject(new Error("failed"))) }),
  },
  {
    fault: "a second close throws",
    rule: "close can be called twice, and what is called after it rejects with `closed`",
    breakIt: (h) => {
      let closed = false;
      return changed(h, {
        async [Symbol.asyncDispose]() {
          if (closed) throw new Error("closed already");
          closed = true;
          await h[Symbol.asyncDispose]?.();
        },
      });
    },
  },
  {
    fault: "a closed backend answers on",
    rule: "close can be called twice, and what is called after it rejects with `closed`",
    breakIt: (h) => changed(h, { [Symbol.asyncDispose]: async () => undefined }),
  },
];

/** One or more for each rule that is not about sizes alone. */
export const brokenBackends: readonly Broken<Full>[] = [
  ...plain,
  ...ttl,
  ...listing,
  ...concurrent,
  ...entries,
  ...capabilities,
  ...residents,
  ...evictions,
  ...closing,
];

type BrokenLog = Readonly<{
  fault: string;
  rule: string;
  breakIt: (honest: InvalidationLog) => InvalidationLog;
}>;

function withRecords(
  h: InvalidationLog,
  change: (records: readonly LogRecord[]) => readonly LogRecord[],
): InvalidationLog {
  return {
    ...h,
    async read(from, call) {
      const delta = await h.read(from, call);
      return delta.type === "records" ? { ...delta, records: change(delta.records) } : delta;
    },
  };
}

/** One or more for each rule of the log. */
export const brokenLogs: readonly BrokenLog[] = [
  {
    fault: "positions begin anew with each append",
    rule: "positions are given one after the other, and the head is the last",
    breakIt: (h) => ({
      ...h,
      append: async (r, o) => {
        const head = await h.append(r, o);
        return head && { ...head, position: toPosition(r.length) };
      },
    }),
  },
  {
    fault: "an append is told the head after it, not its own",
    rule: "64 concurrent appends leave no gap, and each is told its own place",
    breakIt: (h) => ({
      ...h,
      append: async (r, o) => {
        const head = await h.append(r, o);
        await settle(1);
        return head && h.head();
      },
    }),
  },
  {
    fault: "a reason is cut",
    rule: "a record comes back with all its properties, and none that it had not",
    breakIt: (h) =>
      withRecords(h, (all) =>
        all.map((r) => (r.reason === undefined ? r : { ...r, reason: r.reason.slice(0, 3) })),
      ),
  },
  {
    fault: "soft comes back as hard",
    rule: "a record comes back with all its properties, and none that it had not",
    breakIt: (h) => withRecords(h, (all) => all.map((r) => ({ ...r, mode: "hard" }))),
  },
  {
    fault: "signals are ignored",
    rule: "an append whose signal has aborted rejects with its reason and appends nothing",
    breakIt: (h) => ({ ...h, append: (r, o) => h.append(r, { ...o, signal: undefined }) }),
  },
  {
    fault: "`unless` is ignored",
    rule: "`unless` appends nothing where a record after `since` covers one of its scopes",
    breakIt: (h) => ({ ...h, append: (r, o) => h.append(r, { ...o, unless: undefined }) }),
  },
  {
    fault: "`unless` looks at equal scopes only",
    rule: "`unless` appends nothing where a record after `since` covers one of its scopes",
    breakIt: (h) => ({
      ...h,
      async append(records, options) {
        const unless = options?.unless;
        if (unless === undefined) return h.append(records, options);
        const { logId } = await h.head();
        const delta = await h.read({ logId, position: unless.since });
        const wanted = unless.scopes.map((s) => JSON.stringify(s));
        const hit =
          delta.type === "records" &&
          delta.records.some((r) => wanted.includes(JSON.stringify(r.scope)));
        return hit ? undefined : h.append(records);
      },
    }),
  },
  {
    fault: "`unless` counts `since` itself",
    rule: "`unless` lets pass what does not cover: other scopes, other tenants, `since` itself",
    breakIt: (h) => ({
      ...h,
      append: (r, o) =>
        h.append(
          r,
          o?.unless && {
            ...o,
            unless: { ...o.unless, since: toPosition(Math.max(0, o.unless.since - 1)) },
          },
        ),
    }),
  },
  {
    fault: "`unless` is checked before the append",
    rule: "of 64 concurrent appends with one `unless` exactly one gets in",
    breakIt: (h) => ({
      ...h,
      async append(records, options) {
        const since = options?.unless?.since;
        const { position } = await h.head();
        await settle(1);
        return since !== undefined && position > since ? undefined : h.append(records);
      },
    }),
  },
  {
    fault: "a read leaves out its first record",
    rule: "a read gives what came after, in order and without a gap, up to its head",
    breakIt: (h) => withRecords(h, (all) => all.slice(1)),
  },
  {
    fault: "a read's head is of after it",
    rule: "readers during appends miss nothing and see nothing twice",
    breakIt: (h) => ({
      ...h,
      async read(from, call) {
        const delta = await h.read(from, call);
        await settle(1);
        return { ...delta, head: await h.head() };
      },
      append: async (r, o) => (await settle(1), h.append(r, o)),
    }),
  },
  {
    fault: "another log's position is taken for this one's",
    rule: "a read from another log, or from ahead of this one, is a reset",
    breakIt: (h) => ({
      ...h,
      read: async (from, call) => h.read({ ...from, logId: (await h.head()).logId }, call),
    }),
  },
  {
    fault: "a snapshot keeps the last record of a scope, whatever its mode",
    rule: "a snapshot says the last record of each mode, tenant and scope",
    breakIt: (h) => ({
      ...h,
      async snapshot(call) {
        const { head, records } = await h.snapshot(call);
        const last = new Map(records.map((r) => [JSON.stringify([r.tenantId, r.scope]), r]));
        return { head, records: [...last.values()] };
      },
    }),
  },
  {
    fault: "readNow lags behind",
    rule: "readNow, settled and watch, where they are there, agree with the rest",
    breakIt: (h) => ({ ...h, readNow: (from) => ({ type: "records", head: from, records: [] }) }),
  },
  {
    fault: "every log has one id",
    rule: "the id of a log is never another's",
    breakIt: (h) => ({ ...h, head: async (call) => ({ ...(await h.head(call)), logId: "log" }) }),
  },
];
