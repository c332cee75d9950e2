import { type Broken, changed } from "./broken.ts";

/** Each breaks one rule. */
export const brokenTtl: readonly Broken[] = [
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
    rule: "a fraction of the smallest step is a ttl too",
    breakIt: (h) =>
      changed(h, { put: (k, d, t, m, s, c) => h.put(k, d, t, m, s && Math.ceil(s / 60) * 60, c) }),
  },
  {
    fault: "figures count what expired until somebody asks for it",
    rule: "exact figures leave out what expired, though nobody asked for it since",
    breakIt: (h) => {
      const known = new Set<string>();
      return changed(h, {
        async put(k, ...a) {
          known.add(k);
          return h.put(k, ...a);
        },
        getStats: async (...a) => ({ ...(await h.getStats(...a)), entries: known.size }),
      });
    },
  },
  {
    fault: "a ttl above what 32 bits of milliseconds hold is a short one",
    rule: "a ttl of a century is neither a short one nor refused",
    breakIt: (h) =>
      changed(h, { put: (k, d, t, m, s, c) => h.put(k, d, t, m, s && Math.min(s, 2 ** 21), c) }),
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
