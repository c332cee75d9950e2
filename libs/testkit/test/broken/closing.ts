import { type Broken, type Full, changed } from "./broken.ts";

/** Each breaks one rule. */
export const brokenClosing: readonly Broken<Full>[] = [
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
