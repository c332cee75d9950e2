import type { KeyScan } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { type Broken, changed, required } from "./broken.ts";

/** Each breaks one rule. */
export const brokenListing: readonly Broken[] = [
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
  {
    fault: "a scan is paged by number, so that what comes meanwhile shifts it",
    rule: "keys that stay put are met exactly once while others come and go",
    breakIt: (h) => changed(h, { scan: pagedByNumber(required(h.scan), 50) }),
  },
  {
    fault: "a scan meets what expired",
    rule: "a scan can be left early, and leaves out what expired",
    breakIt: (h) => changed(h, { put: (k, d, t, m, _s, c) => h.put(k, d, t, m, null, c) }),
  },
];

type Scanned = ReturnType<KeyScan["scan"]> extends AsyncIterable<infer One> ? One : never;

/** Asks anew for each page, and leaves out as many as it had. */
function pagedByNumber(inner: KeyScan, page: number): KeyScan {
  return {
    async *scan(...args) {
      for (let had = 0; ; had += page) {
        const all: Scanned[] = [];
        for await (const one of inner.scan(...args)) all.push(one);
        yield* all.slice(had, had + page);
        if (all.length <= had + page) return;
      }
    },
  };
}

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
