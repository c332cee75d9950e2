import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { makeFilm } from "../support/make-film.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const MEASURE = fileURLToPath(new URL("../support/peak-memory.ts", import.meta.url));
const FRAMES_PER_SECOND = 10;
const MEBIBYTE = 1 << 20;

type Measured = Readonly<{ keyframes: number; peakBytes: number }>;

async function measure(folder: TemporaryFolder, seconds: number): Promise<Measured> {
  const path = folder.at(`${seconds}s.mp4`);
  const frames = seconds * FRAMES_PER_SECOND;
  const grey = (index: number): number => 60 + (index % 120);
  await makeFilm(path, {
    width: 320,
    height: 180,
    frames,
    framesPerSecond: FRAMES_PER_SECOND,
    grey,
  });
  const { stdout } = await promisify(execFile)(process.execPath, [MEASURE, path]);
  return JSON.parse(stdout);
}

test("a film twenty times as long takes no more memory", async () => {
  await using folder = await TemporaryFolder.create();
  const short = await measure(folder, 15);
  const long = await measure(folder, 300);
  expect(long.keyframes).toBeGreaterThan(15 * short.keyframes);
  // 3,000 frames of 86 KiB would be 252 MiB.
  expect(long.peakBytes - short.peakBytes).toBeLessThan(48 * MEBIBYTE);
});
