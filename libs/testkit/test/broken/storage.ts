import { CacheError, isUnreadable } from "@cogniverse/sdk";
import type { BackendFixture } from "@cogniverse/testkit";
import { settle, type UnreadableKind } from "@cogniverse/testkit";
import { fullBackend } from "../full-backend.ts";
import { type Broken, changed, entriesOf, type Full, required, withEntries } from "./broken.ts";

const KINDS: readonly UnreadableKind[] = ["corrupt", "unsupported", "foreign", "archived"];

/** Each breaks one rule about copies that cannot be told. */
const brokenUnreadable: readonly Broken[] = KINDS.flatMap((kind): readonly Broken[] => [
  {
    fault: `a copy that is ${kind} looks absent`,
    rule: `a copy that is ${kind} is reported so, and served by no call`,
    breakIt: (h) => withAnswer(h, (answer) => (isBad(answer) ? undefined : answer)),
  },
  {
    fault: `a copy that is ${kind} is served by get`,
    rule: `a copy that is ${kind} is reported so, and served by no call`,
    breakIt: (h) => changed(h, { get: async (...a) => (await h.get(...a)) ?? new Uint8Array(1) }),
  },
  {
    fault: `a copy that is ${kind} fails its batch`,
    rule: `a batch reports a copy that is ${kind} in its place`,
    breakIt: (h) => {
      const batch = required(h.batch);
      const getEntries: typeof batch.getEntries = async (...a) => {
        const answers = await batch.getEntries(...a);
        if (answers.some(isBad)) throw new CacheError("undecodable", "one is bad");
        return answers;
      };
      return changed(h, { batch: { getEntries } });
    },
  },
  {
    fault: `a copy that is ${kind} comes back or goes away by itself`,
    rule:
      kind === "corrupt"
        ? "a copy that is corrupt does not come back as another"
        : `a copy that is ${kind} is kept, however often it is read`,
    breakIt: (h) => {
      let asked = 0;
      const healthy = entriesOf(h);
      return withEntries(h, {
        getEntry: async (...a) => {
          const answer = await healthy.getEntry(...a);
          if (!isBad(answer) || ++asked < 2) return answer;
          return kind === "corrupt" ? healthy.getEntry("b", a[1]) : undefined;
        },
      });
    },
  },
  {
    fault: `a copy that is ${kind} stands in the way of the next`,
    rule: `a copy that is ${kind} can be written over and deleted`,
    breakIt: (h) => {
      const entries = entriesOf(h);
      return withEntries(h, {
        putEntry: async (...a) =>
          isBad(await entries.headEntry(a[0], a[2])) ? undefined : entries.putEntry(...a),
      });
    },
  },
]);

/** Each breaks one rule about what happens from outside. */
export const brokenStorage: readonly Broken[] = [
  ...brokenUnreadable,
  {
    fault: "a hook is there and not said",
    rule: "its fixture has the hooks that are said and no other",
    options: { hooks: ["reopen"] },
  },
  {
    fault: "a backend opened again is empty",
    rule: "a backend opened again holds what it held",
    breakFixture: (f) => ({ ...f, reopen: async () => fullBackend().backend }),
  },
  {
    fault: "a node reads from a cache of its own",
    rule: "two nodes on one storage see each other's copies at once",
    breakIt: (h) => {
      const seen = new Map<string, Uint8Array>();
      return changed(h, {
        put: (k, d, ...a) => (seen.set(k, d), h.put(k, d, ...a)),
        get: async (k, ...a) => seen.get(k) ?? h.get(k, ...a),
      });
    },
  },
  {
    fault: "an etag is the node's own",
    rule: "an etag of one node is an etag of the other",
    breakIt: (h) => {
      const entries = entriesOf(h);
      return withEntries(h, {
        putEntry: async (...a) => {
          const etag = await entries.putEntry(...a);
          return etag && `own ${etag}`;
        },
      });
    },
  },
  {
    fault: "conditions are decided in each node",
    rule: "of 16 conditional writes from two nodes exactly one wins",
    breakFixture: (f) => ({
      ...f,
      backend: decidingHere(f.backend),
      another: async () => decidingHere((await f.another?.()) ?? f.backend),
    }),
  },
  {
    fault: "leases are held in each node",
    rule: "of 16 that want a lease from two nodes exactly one gets it",
    breakFixture: (f) => ({ ...f, another: async () => fullBackend().backend }),
  },
  {
    fault: "what was wiped is remembered",
    rule: "a storage that was wiped is an empty one, and takes writes again",
    breakFixture: (f) => ({ ...f, forget: async () => undefined }),
  },
];

function isBad(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "unreadable" in answer;
}

type Read = Awaited<ReturnType<NonNullable<Full["entries"]>["getEntry"]>>;

function withAnswer(h: Full, change: (answer: Read) => Read): Full {
  const entries = entriesOf(h);
  return withEntries(h, { getEntry: async (...a) => change(await entries.getEntry(...a)) });
}

function decidingHere(backend: BackendFixture["backend"]): Full {
  const entries = entriesOf(backend);
  return withEntries(backend, {
    putEntry: async (key, entry, tenantId, condition, call) => {
      const found = await entries.headEntry(key, tenantId);
      await settle(1);
      const etag = found === undefined || isUnreadable(found) ? undefined : found.etag;
      const wanted = condition?.if === "match" ? condition.etag : undefined;
      return etag === wanted ? entries.putEntry(key, entry, tenantId, undefined, call) : undefined;
    },
  });
}
