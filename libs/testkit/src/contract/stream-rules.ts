import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { Bytes } from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import { boundedStreamRules } from "./bounded-stream-rules.ts";
import { checkBytes, readEntry, sampleBytes, sampleEntry } from "./samples.ts";
import { streamAbortRules } from "./stream-abort-rules.ts";
import { CHUNK, chunks, metadata, putWhole, read, streamsOf, whole } from "./stream-samples.ts";

/** `streams`. */
export function streamRules(rule: Rule, contract: ResolvedContract): void {
  rule("what went in by chunks comes out whole, by stream and by get", async ({ backend }) => {
    let ended = false;
    const seal = (): typeof metadata => {
      ok(ended, "seal was called before the body ended");
      return metadata;
    };
    const body = chunks(10, () => (ended = true));
    const etag = await streamsOf(backend).putStream("a", body, seal, "t");
    equal(typeof etag, "string");
    checkBytes(await read(backend), whole);
    checkBytes(await backend.get("a", "t"), whole);
    const head = await streamsOf(backend).getStream("a", "t");
    deepEqual([head?.metadata, head?.etag], [metadata, etag]);
    for await (const chunk of head?.body ?? []) if (chunk.byteLength > 0) break;
    equal((await readEntry(backend, "a", "t"))?.etag, etag);
    equal(await streamsOf(backend).getStream("none", "t"), undefined);
  });

  rule("chunks of any size make a value: none, an empty one, odd ones", async ({ backend }) => {
    const put = (...parts: readonly Bytes[]): Promise<string | undefined> =>
      streamsOf(backend).putStream("a", from(parts), () => metadata, "t");
    for (const lengths of [[], [0], [0, 1, 0], [70_001, 3, 0, 65_536, 1]]) {
      const parts = lengths.map((length, i) => sampleBytes(length, i));
      equal(typeof (await put(...parts)), "string");
      checkBytes(await read(backend), Buffer.concat(parts));
      checkBytes(await backend.get("a", "t"), Buffer.concat(parts));
    }
  });

  rangeRules(rule);
  visibilityRules(rule);
  streamAbortRules(rule, contract);
  if (contract.boundedStreams) boundedStreamRules(rule, contract);
}

function rangeRules(rule: Rule): void {
  rule("a range is half-open", async ({ backend }) => {
    await putWhole(backend);
    for (const range of [
      [0, 1],
      [CHUNK - 1, CHUNK + 1],
      [999_999, 1_000_000],
      [0, 1_000_000],
    ] as const)
      checkBytes(await read(backend, range), whole.slice(...range));
  });

  rule("a range is cut at the value's end, and may be empty", async ({ backend }) => {
    await putWhole(backend);
    for (const range of [
      [999_990, 1_000_010],
      [1_000_000, 1_000_001],
      [5_000_000, 6_000_000],
      [0, 0],
      [500, 500],
    ] as const)
      checkBytes(await read(backend, range), whole.slice(...range));
    await backend.put("a", new Uint8Array(), "t");
    checkBytes(await read(backend), new Uint8Array());
    checkBytes(await read(backend, [0, 10]), new Uint8Array());
    equal(await streamsOf(backend).getStream("none", "t", [0, 1]), undefined);
  });
}

function visibilityRules(rule: Rule): void {
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

  rule("of concurrent streams of one key one value stays, whole", async ({ backend }) => {
    const lengths = [300_000, 70_000, 5, 0, 200_000, 100_001, 99_999, 1];
    const put = (length: number, n: number): Promise<string | undefined> => {
      const data = sampleBytes(length, n);
      const halves = [data.slice(0, length / 2), data.slice(length / 2)];
      const own = sampleEntry(data, { user: { n: `${n}` } }).metadata;
      return streamsOf(backend).putStream("a", from(halves), () => own, "t");
    };
    const etags = await Promise.all(lengths.map(put));
    const left = await readEntry(backend, "a", "t");
    const n = Number(left?.metadata.user["n"]);
    checkBytes(left?.data, sampleBytes(lengths[n] ?? -1, n));
    equal(left?.etag, etags[n]);
  });

  rule("a seal that throws leaves nothing visible", async ({ backend }) => {
    const seal = (): never => {
      throw new Error("no metadata");
    };
    await rejects(streamsOf(backend).putStream("a", chunks(3), seal, "t"), /no metadata/);
    equal(await backend.exists("a", "t"), false);
  });
}

async function* from(parts: readonly Bytes[]): AsyncGenerator<Bytes> {
  yield* parts;
}
