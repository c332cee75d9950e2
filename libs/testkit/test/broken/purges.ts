import type { CacheBackend } from "@cogniverse/sdk";
import type { UnreadableKind } from "@cogniverse/testkit";
import { type Broken, changed, entriesOf, type Full, required } from "./broken.ts";

const ALL = "a purge takes all of a tenant, and nothing of one whose name begins like its own";
const ANEW = "a tenant that was purged begins anew, and one without anything is nothing to purge";
const KINDS: readonly UnreadableKind[] = ["corrupt", "unsupported", "foreign", "archived"];

type Purge = NonNullable<CacheBackend["purge"]>;

function withPurge(h: Full, change: (purge: Purge) => Purge): Full {
  const honest: Purge = (...args) => required(h.purge?.(...args));
  return changed(h, { purge: change(honest) });
}

/** Each breaks one rule about what a purge leaves. */
export const brokenPurges: readonly Broken[] = [
  {
    fault: "a purge takes a tenant along whose name begins alike",
    rule: ALL,
    breakIt: (h) =>
      withPurge(h, (purge) => async (tenantId, options) => {
        await purge(`${tenantId}:1`);
        return purge(tenantId, options);
      }),
  },
  {
    fault: "a purge takes a page and no more",
    rule: ALL,
    breakIt: (h) =>
      withPurge(h, () => async (tenantId) => {
        const page = (await h.listKeys("", tenantId)).slice(0, 256);
        for (const key of page) await h.delete(key, tenantId);
        return page.length;
      }),
  },
  {
    fault: "a purge leaves what a tenant is counted by",
    rule: ALL,
    breakIt(h) {
      let kept = 0;
      return {
        ...withPurge(h, (purge) => async (...args) => {
          kept = (await h.getStats(args[0])).bytes;
          return purge(...args);
        }),
        getStats: async (...args) => {
          const stats = await h.getStats(...args);
          return { ...stats, bytes: stats.bytes + kept };
        },
      };
    },
  },
  {
    fault: "a purge tells of more than it removed",
    rule: ALL,
    breakIt: (h) =>
      withPurge(
        h,
        (purge) => (tenantId, options) =>
          purge(tenantId, { ...options, onRemoved: (so) => options?.onRemoved?.(so + 1) }),
      ),
  },
  {
    fault: "a purge leaves uploads behind",
    rule: ALL,
    breakFixture: (f) => ({ ...f, leftovers: async () => ["an upload"] }),
  },
  ...KINDS.map((kind): Broken => ({
    fault: `a purge passes over a copy that is ${kind}`,
    rule: `a purge takes a copy that is ${kind}`,
    breakIt: (h) =>
      withPurge(h, () => async (tenantId) => {
        let removed = 0;
        for (const key of await h.listKeys("", tenantId)) {
          const head = await entriesOf(h).headEntry(key, tenantId);
          if (head === undefined || "unreadable" in head) continue;
          await h.delete(key, tenantId);
          removed++;
        }
        return removed;
      }),
  })),
  {
    fault: "who was purged once is never let in again",
    rule: ANEW,
    breakIt(h) {
      const gone = new Set<string>();
      return {
        ...withPurge(h, (purge) => (tenantId, options) => {
          gone.add(tenantId);
          return purge(tenantId, options);
        }),
        get: async (key, tenantId, ...rest) =>
          gone.has(tenantId) ? undefined : h.get(key, tenantId, ...rest),
      };
    },
  },
  {
    fault: "a purge of nothing counts as one of something",
    rule: ANEW,
    breakIt: (h) =>
      withPurge(
        h,
        (purge) =>
          async (...args) =>
            Math.max(1, await purge(...args)),
      ),
  },
];
