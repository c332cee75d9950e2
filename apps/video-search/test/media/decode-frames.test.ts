import { readdir } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { decodeFrames } from "../../src/media/decode-frames.ts";
import { SAMPLE } from "../support/sample.ts";

test("gives every frame of the sample in order of time, 40 ms apart", async () => {
  const timestamps: number[] = [];
  for await (const { timestampMs, width, height } of decodeFrames(SAMPLE)) {
    expect([width, height]).toEqual([1280, 720]);
    timestamps.push(timestampMs);
  }
  expect(timestamps).toEqual(Array.from({ length: 132 }, (_, index) => index * 40));
});

test("starts at the key picture before the wanted instant", async () => {
  for await (const { timestampMs } of decodeFrames(SAMPLE, { fromMs: 3_000 })) {
    expect(timestampMs).toBeLessThanOrEqual(3_000);
    return;
  }
  throw new Error("no frame");
});

test("leaving the loop closes the file, again and again", async () => {
  const open = async (): Promise<number> => (await readdir("/proc/self/fd").catch(() => [])).length;
  const before = await open();
  for (let round = 0; round < 20; round++) {
    for await (const _ of decodeFrames(SAMPLE)) break;
  }
  expect(await open()).toBeLessThanOrEqual(before + 1);
});

test("an abort between two frames ends it with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const seen: number[] = [];
  const watch = async (): Promise<void> => {
    for await (const { timestampMs } of decodeFrames(SAMPLE, { signal: controller.signal })) {
      seen.push(timestampMs);
      controller.abort(reason);
    }
  };
  await expect(watch()).rejects.toBe(reason);
  expect(seen.length).toBeLessThan(10);
});
