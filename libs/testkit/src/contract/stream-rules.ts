import { equal, ok, rejects } from "node:assert/strict";
import type { Bytes, CacheBackend, StreamStore } from "@cogniverse/sdk";
import type { Rule } from "./rule.ts";
import { checkBytes, sampleBytes, sampleEntry } from "./samples.ts";

const CHUNK = 100_000;
const whole = sampleBytes(10 * CHUNK);
const { metadata } = sampleEntry(whole);

/** `streams`. */
export function streamRules(rule: Rule): void {
  rule("what went in by chunks comes out whole, by stream and by get", async ({ backend }) => {
    let ended = false;
    const seal = (): typeof metadata => {
      ok(ended, "seal was called before the body ended");
      return metadata;
    };
    const body = chunks(10, () => (ended = true));
    equal(typeof (await streamsOf(backend).putStream("a", body, seal, "t")), "string");
    checkBytes(await read(backend), whole);
    checkBytes(await backend.get("a", "t"), whole);
    equal(await streamsOf(backend).getStream("none", "t"), undefined);
  });

  rule("a range is half-open", async ({ backend }) => {
    await streamsOf(backend).putStream("a", chunks(10), () => metadata, "t");
    for (const range of [
      [0, 1],
      [CHUNK - 1, CHUNK + 1],
      [999_999, 1_000_000],
      [0, 1_000_000],
    ] as const)
      checkBytes(await read(backend, range), whole.slice(...range));
  });

  rule(
    "a body that breaks is never visible, and spares the copy before it",
    async ({ backend }) => {
      const broken = (): AsyncIterable<Bytes> =>
        chunks(5, () => {
          throw new Error("the source broke");
        });
      const put = (): Promise<unknown> =>
        streamsOf(backend).putStream("a", broken(), () => metadata, "t");
      await rejects(put(), /the source broke/);
      equal(await backend.exists("a", "t"), false);
      await backend.put("a", sampleBytes(7), "t");
      await rejects(put(), /the source broke/);
      checkBytes(await backend.get("a", "t"), sampleBytes(7));
    },
  );

  rule("nothing is visible until the body has ended", async ({ backend }) => {
    const seen: boolean[] = [];
    const body = (async function* () {
      for (let i = 0; i < 10; i++) {
        seen.push(await backend.exists("a", "t"));
        yield whole.slice(i * CHUNK, (i + 1) * CHUNK);
      }
    })();
    await streamsOf(backend).putStream("a", body, () => metadata, "t");
    equal(seen.includes(true), false);
    equal(await backend.exists("a", "t"), true);
  });

  rule("a stream can be left early", async ({ backend }) => {
    await streamsOf(backend).putStream("a", chunks(10), () => metadata, "t");
    const stream = await streamsOf(backend).getStream("a", "t");
    for await (const chunk of stream?.body ?? []) {
      ok(chunk.byteLength > 0);
      break;
    }
    equal(await backend.delete("a", "t"), true);
  });
}

function streamsOf(backend: CacheBackend): StreamStore {
  if (backend.streams === undefined) throw new Error("The backend claims `streams` and has none");
  return backend.streams;
}

async function* chunks(count: number, end: () => void = () => undefined): AsyncIterable<Bytes> {
  for (let i = 0; i < count; i++) yield whole.slice(i * CHUNK, (i + 1) * CHUNK);
  end();
}

async function read(
  backend: CacheBackend,
  range?: readonly [number, number],
): Promise<Uint8Array | undefined> {
  const stream = await streamsOf(backend).getStream("a", "t", range);
  if (stream === undefined) return undefined;
  const parts: Bytes[] = [];
  for await (const chunk of stream.body) parts.push(chunk);
  return Buffer.concat(parts);
}
