import { type Bytes, type CacheBackend, isUnreadable } from "@cogniverse/sdk";
import { entryBackend, memoryLog } from "@cogniverse/testkit";

type Whole = ReturnType<typeof entryBackend> & Required<Pick<CacheBackend, "streams" | "log">>;

/** An honest backend with every capability that a doctor looks at. */
export function wholeBackend(): Whole {
  const backend = entryBackend({ clock: { now: () => Date.now() } });
  const { entries } = backend;
  return {
    ...backend,
    log: memoryLog(),
    streams: {
      async getStream(key, tenantId, range, call) {
        const copy = await entries.getEntry(key, tenantId, call);
        if (copy === undefined || isUnreadable(copy)) return undefined;
        const { data, metadata, etag } = copy;
        return { metadata, etag, body: oneChunk(data.slice(...(range ?? []))) };
      },
      async putStream(key, body, seal, tenantId, call) {
        const parts: Bytes[] = [];
        for await (const part of body) parts.push(part);
        const data = new Uint8Array(Buffer.concat(parts));
        return entries.putEntry(key, { data, metadata: seal() }, tenantId, undefined, call);
      },
    },
  };
}

async function* oneChunk(data: Bytes): AsyncIterable<Bytes> {
  yield data;
}
