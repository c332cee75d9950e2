import { type Entry, isUnreadable, toPosition } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { type Broken, type Full, changed, entriesOf, withEntries } from "./broken.ts";

/** Each breaks one rule. */
export const brokenEntries: readonly Broken[] = [
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
    fault: "metadata is cut at what a header takes",
    rule: "metadata of 4000 characters comes back as it was",
    breakIt: (h) =>
      withMetadata(h, (m) => ({
        ...m,
        user: Object.fromEntries(Object.entries(m.user).map(([k, v]) => [k, v.slice(0, 2000)])),
      })),
  },
  {
    fault: "metadata above the limit is cut without a word",
    rule: "metadata above the limit is refused with `too_large`, and spares the copy before it",
    breakIt: (h) => {
      const cut = (user: Entry["metadata"]["user"] = {}): Entry["metadata"]["user"] =>
        JSON.stringify(user).length > 4000 ? {} : user;
      return changed(
        withMetadata(h, (m) => ({ ...m, user: cut(m.user) })),
        { put: (k, d, t, m, ...a) => h.put(k, d, t, cut(m), ...a) },
      );
    },
  },
  {
    fault: "the place of a write that was told of is taken",
    rule: "expectPut, where there is one, changes nothing",
    breakIt: (h) =>
      withEntries(h, { expectPut: async (k, t) => void (await h.put(k, new Uint8Array(1), t)) }),
  },
  {
    fault: "copies deleted together are deleted by their keys alone",
    rule: "deleteEntries, where there is one, deletes exactly the copies it names",
    breakIt: (h) =>
      withEntries(h, {
        deleteEntries: (copies, t) => Promise.all(copies.map(({ key }) => h.delete(key, t))),
      }),
  },
  {
    fault: "`not-newer` compares positions of two logs",
    rule: "`not-newer` heeds no copy of another log, whatever its position",
    breakIt: (h) => {
      const inner = entriesOf(h);
      return withEntries(h, {
        async putEntry(k, e, t, condition, c) {
          const seen = await inner.headEntry(k, t);
          const later =
            condition?.if === "not-newer" &&
            seen !== undefined &&
            !isUnreadable(seen) &&
            seen.metadata.asOf > condition.asOf;
          return later ? undefined : inner.putEntry(k, e, t, condition, c);
        },
      });
    },
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
  ...(["absent", "match", "not-newer"] as const).map((ignored): Broken => ({
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
    fault: "`absent` takes an expired copy for one",
    rule: "`absent` takes an expired copy for nothing",
    breakIt: (h) => {
      const known = new Set<string>();
      const inner = entriesOf(h);
      return changed(
        withEntries(h, {
          putEntry: async (k, e, t, condition, c) =>
            condition?.if === "absent" && known.has(k)
              ? undefined
              : inner.putEntry(k, e, t, condition, c),
        }),
        { put: (k, ...a) => (known.add(k), h.put(k, ...a)) },
      );
    },
  },
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
