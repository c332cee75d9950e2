import { type Broken, type Full, changed } from "./broken.ts";

/** Renames keys, tenants or both on the way in. */
function renamed(honest: Full, key: (key: string) => string, tenant: (id: string) => string): Full {
  return changed(honest, {
    exists: (k, t, c) => honest.exists(key(k), tenant(t), c),
    get: (k, t, c) => honest.get(key(k), tenant(t), c),
    put: (k, d, t, m, ttl, c) => honest.put(key(k), d, tenant(t), m, ttl, c),
    delete: (k, t, c) => honest.delete(key(k), tenant(t), c),
  });
}

/** Each breaks one rule. */
export const brokenPlainCalls: readonly Broken[] = [
  {
    fault: "an undeclared capability is missing",
    rule: "has the capabilities that it claims and no other",
    breakIt: (h) => {
      const { leases: _left, ...rest } = h;
      return rest;
    },
  },
  {
    fault: "there is nothing to close, and nobody said so",
    rule: "has the capabilities that it claims and no other",
    breakIt: ({ [Symbol.asyncDispose]: _left, ...rest }) => rest,
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
  ...[1, 1000].map((bytes): Broken => ({
    fault: `a value of ${bytes} bytes loses its last one`,
    rule: `a value of ${bytes} bytes comes back as it was`,
    breakIt: (h) => changed(h, { put: (k, d, ...a) => h.put(k, d.slice(0, -1), ...a) }),
  })),
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
    rule: "keys as long as may be that differ in their last byte are never one entry",
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
