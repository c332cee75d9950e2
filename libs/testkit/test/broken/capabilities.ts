import type { Bytes, StreamStore } from "@cogniverse/sdk";
import { type Broken, type Full, changed, required } from "./broken.ts";

/** Each breaks one rule. */
export const brokenCapabilities: readonly Broken<Full>[] = [
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
    fault: "a range's end is included",
    rule: "a range is half-open",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        getStream: (k, t, r, c) => s.getStream(k, t, r && [r[0], r[1] + 1], c),
      })),
  },
  {
    fault: "a broken body is kept as far as it came",
    rule: "a body that breaks is never visible, and spares the copy before it",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: (k, body, ...a) => s.putStream(k, swallow(body), ...a),
      })),
  },
  {
    fault: "metadata is sealed before the body ended",
    rule: "what went in by chunks comes out whole, by stream and by get",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: (k, body, seal, ...a) => s.putStream(k, body, (seal(), seal), ...a),
      })),
  },
  {
    fault: "a body is visible while it comes in",
    rule: "nothing is visible until the body has ended",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: async (k, body, seal, t, c) => (
          await h.put(k, new Uint8Array(), t),
          s.putStream(k, body, seal, t, c)
        ),
      })),
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

function withStreams(h: Full, change: (inner: StreamStore) => Partial<StreamStore>): Full {
  const streams = required(h.streams);
  return changed(h, { streams: { ...streams, ...change(streams) } });
}

async function* swallow(body: AsyncIterable<Bytes>): AsyncIterable<Bytes> {
  try {
    yield* body;
  } catch {
    // The fault: an error is taken for the end.
  }
}
