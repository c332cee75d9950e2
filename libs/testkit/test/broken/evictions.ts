import type { Entry, Eviction } from "@cogniverse/sdk";
import { type Broken, type Full, changed, required } from "./broken.ts";

/** Each breaks one rule. */
export const brokenEvictions: readonly Broken[] = [
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
