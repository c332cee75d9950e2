import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { AppHome } from "../support/app-home.ts";
import { makeFilm } from "../support/make-film.ts";

const CHILD = fileURLToPath(new URL("./ingest-film.child.ts", import.meta.url));
const FRAMES_PER_SECOND = 5;
const MEBIBYTE = 1 << 20;

type Measured = Readonly<{ frames: number; chunks: number; peakBytes: number }>;

async function measure(home: AppHome, seconds: number): Promise<Measured> {
  const path = home.film(`${seconds}s.mp4`);
  const frames = seconds * FRAMES_PER_SECOND;
  const grey = (index: number): number => 60 + (index % 120);
  const size = { width: 640, height: 360 };
  await makeFilm(path, { ...size, frames, framesPerSecond: FRAMES_PER_SECOND, grey });
  const args = ["--conditions=@cogniverse/source", CHILD, path];
  const env = { ...process.env, ...home.env };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

test("ingesting a film twenty times as long takes hardly more memory", async () => {
  await using home = await AppHome.create();
  const short = await measure(home, 15);
  const long = await measure(home, 300);
  expect(long.chunks).toBe(50);
  expect(long.frames).toBeGreaterThanOrEqual(300);
  const mebibytes = [short, long].map(({ peakBytes }) => Math.round(peakBytes / MEBIBYTE));
  process.stdout.write(
    `peak memory: 15 s of film ${mebibytes[0]} MiB, 300 s ${mebibytes[1]} MiB\n`,
  );
  // 1,500 decoded frames of 340 KiB would be 500 MiB.
  expect(long.peakBytes - short.peakBytes).toBeLessThan(96 * MEBIBYTE);
});
