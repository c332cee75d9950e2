import type { ResidentSpace, ResidentStore } from "@cogniverse/sdk";
import { type Broken, type Full, changed, required } from "./broken.ts";

/** Each breaks one rule. */
export const brokenResidents: readonly Broken[] = [
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
