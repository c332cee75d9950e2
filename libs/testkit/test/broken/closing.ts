import { settle } from "@cogniverse/testkit";
import { type Broken, changed } from "./broken.ts";

/** Each breaks one rule. */
export const brokenClosing: readonly Broken[] = [
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
    fault: "an abort in mid-call shows as another error",
    rule: "an abort in mid-call ends the call, one way or the other",
    breakIt: (h) =>
      changed(h, {
        get: async (k, t, call) => {
          await settle(1);
          if (call?.signal?.aborted === true) throw new Error("socket hang up");
          return h.get(k, t);
        },
      }),
  },
  {
    fault: "close cuts writes off",
    rule: "close waits for the writes before it",
    breakIt: (h) => {
      let closed = false;
      return changed(h, {
        put: async (...a) => {
          await settle(1);
          if (closed) throw new Error("socket hang up");
          return h.put(...a);
        },
        [Symbol.asyncDispose]: async () => void (closed = true),
      });
    },
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
