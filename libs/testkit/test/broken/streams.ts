import type { Bytes, EntryMetadata, StreamStore } from "@cogniverse/sdk";
import { type Broken, changed, type Full, required } from "./broken.ts";

/** Each breaks one rule. */
export const brokenStreams: readonly Broken[] = [
  {
    fault: "a range's end is included",
    rule: "a range is half-open",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        getStream: (k, t, r, c) => s.getStream(k, t, r && [r[0], r[1] + 1], c),
      })),
  },
  {
    fault: "an empty range is the whole value, as an HTTP header has it",
    rule: "a range is cut at the value's end, and may be empty",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        getStream: (k, t, r, c) => s.getStream(k, t, r && r[0] === r[1] ? undefined : r, c),
      })),
  },
  {
    fault: "a range beyond the end is an error",
    rule: "a range is cut at the value's end, and may be empty",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        getStream: async (k, t, r, c) => {
          if ((r?.[0] ?? 0) >= 1_000_000) throw new Error("416");
          return s.getStream(k, t, r, c);
        },
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
    fault: "an empty chunk is taken for the end",
    rule: "chunks of any size make a value: none, an empty one, odd ones",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: (k, body, ...a) => s.putStream(k, untilEmpty(body), ...a),
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
    fault: "concurrent streams share their metadata",
    rule: "of concurrent streams of one key one value stays, whole",
    breakIt: (h) => {
      let first: EntryMetadata | undefined;
      return withStreams(h, (s) => ({
        putStream: (k, body, seal, ...a) => s.putStream(k, body, () => (first ??= seal()), ...a),
      }));
    },
  },
  {
    fault: "a value is visible before its seal",
    rule: "a seal that throws leaves nothing visible",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: async (k, body, seal, t, c) => {
          const sealed = (): EntryMetadata => {
            void h.put(k, new Uint8Array(), t);
            return seal();
          };
          return s.putStream(k, body, sealed, t, c);
        },
      })),
  },
  {
    fault: "a write that was aborted is stored as far as it came",
    rule: "an abort half-way ends a write, and leaves nothing visible",
    breakIt: (h) =>
      withStreams(h, (s) => ({
        putStream: (k, body, seal, t, call) =>
          s.putStream(k, body, seal, t, call).catch(async (error: unknown) => {
            await h.put(k, new Uint8Array(3), t);
            throw error;
          }),
      })),
  },
  {
    fault: "a read that was aborted goes on",
    rule: "an abort half-way ends a read, with the signal's reason",
    breakIt: (h) => withStreams(h, (s) => ({ getStream: (k, t, r) => s.getStream(k, t, r) })),
  },
  {
    fault: "a stream that was left keeps its connection, of which there are 50",
    rule: "streams can be left early, 70 and more of them",
    breakIt: (h) => {
      let free = 50;
      return withStreams(h, (s) => ({
        getStream: async (...a) => {
          if (free-- === 0) throw new Error("no connection is free");
          const stream = await s.getStream(...a);
          return stream && { ...stream, body: givingBack(stream.body, () => free++) };
        },
      }));
    },
  },
  {
    fault: "an upload that broke is left lying about",
    rule: "a write that broke or was aborted leaves no rest in the storage",
    breakFixture: (f) => {
      const lying: string[] = [];
      const backend = withStreams(f.backend, (s) => ({
        putStream: (k, ...a) =>
          s.putStream(k, ...a).catch((error: unknown) => {
            lying.push(`upload of ${k}`);
            throw error;
          }),
      }));
      return { ...f, backend, leftovers: async () => [...lying] };
    },
  },
  {
    fault: "a stream is collected whole before it is stored",
    rule: `a stream of ${32 << 20} bytes is written and read without holding it`,
    options: { boundedStreams: true, largestBytes: 32 << 20 },
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

async function* untilEmpty(body: AsyncIterable<Bytes>): AsyncIterable<Bytes> {
  for await (const chunk of body) {
    if (chunk.byteLength === 0) return;
    yield chunk;
  }
}

async function* givingBack(body: AsyncIterable<Bytes>, giveBack: () => void): AsyncIterable<Bytes> {
  for await (const chunk of body) yield chunk;
  giveBack();
}
