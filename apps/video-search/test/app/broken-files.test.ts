import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { AppHome } from "../support/app-home.ts";
import { makeFilm, remux } from "../support/make-film.ts";
import { SAMPLE } from "../support/sample.ts";

/** What the app has of a tenant: nothing, whatever was tried. */
async function whatIsThere(home: AppHome): Promise<unknown> {
  await using app = await home.open();
  const library = await app.library.list("acme");
  const { tiers } = await app.cache.stats("acme");
  const alive = await app.cache.listKeys("", "acme");
  return { library, alive, resident: tiers.find(({ tier }) => tier === "memory")?.entries };
}

const NOTHING = { library: [], alive: [], resident: 0 };

test.each([
  ["missing.mp4", undefined, "no such file"],
  ["empty.mp4", "", "the file is empty"],
  ["words.mp4", "these are only words, not a film", "not a media file, or cut off"],
])("%s gives one line and is not kept", async (name, content, why) => {
  await using home = await AppHome.create();
  const path = home.film(name);
  if (content !== undefined) await writeFile(path, content);
  const { code, out, err } = await home.run("ingest", path, "--tenant", "acme");
  expect({ code, out, err }).toEqual({ code: 1, out: "", err: `${path}: ${why}\n` });
  expect(await whatIsThere(home)).toEqual(NOTHING);
});

test("a song and a folder are no films", async () => {
  await using home = await AppHome.create();
  const song = home.film("song.mp4");
  await remux([{ path: SAMPLE, keep: (stream) => stream.codecpar.codecType === 1 }], song);
  expect(await home.run("ingest", song)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^[^\n]+no video stream\n$/),
  });
  const folder = await home.run("ingest", home.film("."));
  expect(folder).toMatchObject({ code: 1, err: expect.stringMatching(/^[^\n]+\n$/) });
  expect(await whatIsThere(home)).toEqual(NOTHING);
});

test("a film cut off in the middle leaves none of the frames that were stored before", async () => {
  await using home = await AppHome.create();
  const whole = home.film("whole.mp4");
  await remux([{ path: SAMPLE, keep: () => true }], whole, { movflags: "+faststart" });
  const cut = home.film("cut.mp4");
  await writeFile(cut, (await readFile(whole)).subarray(0, 400_000));
  const { code, err } = await home.run("ingest", cut);
  expect(code).toBe(1);
  expect(err.trimEnd().split("\n").at(-1)).toMatch(/cut\.mp4: cut off: its frames end at/);
  expect(await whatIsThere(home)).toEqual(NOTHING);
  // And the same again: what was discarded is not what is found.
  expect(await home.run("ingest", cut)).toMatchObject({ code: 1 });
  expect(await whatIsThere(home)).toEqual(NOTHING);
});

test("subtitles that are none are found out before anything is computed", async () => {
  await using home = await AppHome.create();
  const film = await home.sample();
  await writeFile(home.film("bunny.vtt"), "");
  const { code, err } = await home.run("ingest", film);
  expect(code).toBe(1);
  expect(err).toContain("bunny.vtt: the file is empty\n");
  expect(await whatIsThere(home)).toEqual(NOTHING);
});

test("a broken file does not keep the others from going in", async () => {
  await using home = await AppHome.create();
  const film = home.film("grey.mp4");
  const grey = (): number => 90;
  await makeFilm(film, { width: 64, height: 64, frames: 20, framesPerSecond: 10, grey });
  const { code, out, err } = await home.run("ingest", home.film("missing.mp4"), film);
  expect(code).toBe(1);
  expect(err).toMatch(/missing\.mp4: no such file\n$/);
  expect(out).toMatch(/grey: [0-9a-f]{64}\n$/);
});
