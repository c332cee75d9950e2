import { type CacheBackend, CacheError, type Call } from "@cogniverse/sdk";
import { sampleBytes, sampleEntry } from "./samples.ts";

/** A call and its name, for messages. */
export type NamedCall = readonly [name: string, run: () => Promise<unknown>];

/** Every call that a backend has, on the tenant "t": "a" is read and deleted, "b" written. */
export function callsOf(backend: CacheBackend, call: Call): readonly NamedCall[] {
  return [
    ["exists", () => backend.exists("a", "t", call)],
    ["get", () => backend.get("a", "t", call)],
    ["listKeys", () => backend.listKeys("", "t", call)],
    ["put", () => backend.put("b", sampleBytes(2), "t", undefined, null, call)],
    ...entryCalls(backend, call),
    ...batchCalls(backend, call),
    ...streamCalls(backend, call),
    ...scanCalls(backend, call),
    ["getStats", () => backend.getStats("t", call)],
    ["delete", () => backend.delete("a", "t", call)],
  ];
}

function entryCalls({ entries }: CacheBackend, call: Call): readonly NamedCall[] {
  if (entries === undefined) return [];
  const entry = sampleEntry(sampleBytes(2));
  return [
    ["getEntry", () => entries.getEntry("a", "t", call)],
    ["headEntry", () => entries.headEntry("a", "t", call)],
    ["putEntry", () => entries.putEntry("b", entry, "t", undefined, call)],
    ["putEntry absent", () => entries.putEntry("b", entry, "t", { if: "absent" }, call)],
    ["deleteEntry", () => entries.deleteEntry("a", "none", "t", call)],
  ];
}

/** A batch may say of each key alone that it failed; then it fails here as a whole. */
function batchCalls({ batch }: CacheBackend, call: Call): readonly NamedCall[] {
  if (batch === undefined) return [];
  const getEntries = async (): Promise<unknown> => {
    const answers = await batch.getEntries(["a", "b"], "t", call);
    for (const answer of answers) if (CacheError.isInstance(answer)) throw answer;
    return answers;
  };
  return [["getEntries", getEntries]];
}

function streamCalls({ streams }: CacheBackend, call: Call): readonly NamedCall[] {
  if (streams === undefined) return [];
  const { metadata } = sampleEntry(sampleBytes(2));
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield sampleBytes(2);
  };
  const getStream = async (): Promise<unknown> => {
    const stream = await streams.getStream("a", "t", undefined, call);
    for await (const chunk of stream?.body ?? []) if (chunk.byteLength > 0) break;
    return stream;
  };
  return [
    ["getStream", getStream],
    ["putStream", () => streams.putStream("b", body(), () => metadata, "t", call)],
  ];
}

function scanCalls({ scan }: CacheBackend, call: Call): readonly NamedCall[] {
  if (scan === undefined) return [];
  const first = async (): Promise<unknown> => {
    for await (const one of scan.scan("", undefined, "t", call)) return one;
    return undefined;
  };
  return [["scan", first]];
}
