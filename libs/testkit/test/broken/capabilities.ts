import { type Broken, changed, required } from "./broken.ts";

/** Each breaks one rule. */
export const brokenCapabilities: readonly Broken[] = [
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
    fault: "a batch leaves metadata out",
    rule: "a batch gives data, metadata and etag of each entry",
    breakIt: (h) => {
      const batch = required(h.batch);
      return changed(h, {
        batch: {
          getEntries: async (...a) =>
            (await batch.getEntries(...a)).map((answer) =>
              answer !== undefined && "metadata" in answer
                ? { ...answer, metadata: { ...answer.metadata, user: {} } }
                : answer,
            ),
        },
      });
    },
  },
  {
    fault: "a batch answers the first 1,000 keys",
    rule: "a batch of more keys than a service takes at once answers all",
    breakIt: (h) => {
      const batch = required(h.batch);
      return changed(h, {
        batch: { getEntries: (keys, ...a) => batch.getEntries(keys.slice(0, 1000), ...a) },
      });
    },
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
