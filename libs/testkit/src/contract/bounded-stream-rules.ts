import { equal, ok } from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Bytes } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { sampleByte, sampleBytes, sampleEntry } from "./samples.ts";
import { streamsOf } from "./stream-samples.ts";

const PART = 1 << 20;

/** A stream holds parts of a value, never most of it: what this process has in buffers, after collecting garbage, tells. */
export function boundedStreamRules(rule: Rule, { largestBytes }: ResolvedContract): void {
  const parts = Math.max(16, Math.floor(largestBytes / PART));
  const size = parts * PART;

  rule(`a stream of ${size} bytes is written and read without holding it`, async ({ backend }) => {
    const collect = garbageCollector();
    const watch = await peakOfBuffers(collect);
    const entry = sampleEntry(new Uint8Array(), { decodedBytes: size });
    const body = (async function* (): AsyncGenerator<Bytes> {
      for (let i = 0; i < parts; i++) {
        watch.look(i);
        yield sampleBytes(PART, i);
      }
    })();
    await streamsOf(backend).putStream("a", body, () => entry.metadata, "t");
    checkPeak(watch.peakBytes(), size, "writing");

    const reading = await peakOfBuffers(collect);
    const stream = await streamsOf(backend).getStream("a", "t");
    let bytes = 0;
    let looks = 0;
    for await (const chunk of stream?.body ?? []) {
      if (chunk.byteLength > 0)
        equal(chunk[0], sampleByte(bytes % PART, Math.floor(bytes / PART)), `byte ${bytes}`);
      bytes += chunk.byteLength;
      if (bytes >= looks * PART) reading.look(looks++);
    }
    equal(bytes, size);
    checkPeak(reading.peakBytes(), size, "reading");
  });
}

function checkPeak(peakBytes: number, size: number, what: string): void {
  ok(peakBytes < (size * 3) / 4, `${what} ${size} bytes held ${peakBytes} of them at once`);
}

/** Looks at every fourth part, since collecting garbage takes a while. Begins when nothing more is freed of what was before. */
async function peakOfBuffers(
  collect: () => void,
): Promise<Readonly<{ look: (part: number) => void; peakBytes: () => number }>> {
  const held = (): number => {
    collect();
    const { arrayBuffers, external } = process.memoryUsage();
    return Math.max(arrayBuffers, external);
  };
  let before = held();
  for (let rounds = 0; rounds < 20; rounds++) {
    // Buffers are given back after the collection, by another thread.
    await settle(10);
    const next = held();
    if (next >= before) break;
    before = next;
  }
  let peak = 0;
  return {
    look: (part) => void (part % 4 === 3 && (peak = Math.max(peak, held() - before))),
    peakBytes: () => peak,
  };
}

/** Node's own, also where it was started without the flag. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  // What the flag adds to the globals of contexts made from now on.
  return runInNewContext("gc") as () => void;
}
