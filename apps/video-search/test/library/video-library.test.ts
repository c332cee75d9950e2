import { rm, utimes, writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { VideoLibrary } from "../../src/library/video-library.ts";
import { makeRecord } from "../support/make-record.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const first = makeRecord();
const second = makeRecord({ videoId: "a".repeat(64), title: "b" });

/** Long before any change that follows, whatever the file system's clock counts in. */
const LONG_AGO = new Date("2020-01-01");

test("films are listed by id, each tenant's own", async () => {
  await using folder = await TemporaryFolder.create();
  const library = new VideoLibrary(folder.path);
  expect(await library.list("acme")).toEqual([]);
  await library.add("acme", first);
  await library.add("acme", second);
  await library.add("globex", first);
  expect(await library.list("acme")).toEqual([second, first]);
  expect(await library.list("globex")).toEqual([first]);
});

test("a folder that nobody touched is not read again; any film added, replaced or removed is seen", async () => {
  await using folder = await TemporaryFolder.create();
  const library = new VideoLibrary(folder.path);
  const another = new VideoLibrary(folder.path);
  await library.add("acme", first);
  await utimes(folder.at("acme"), LONG_AGO, LONG_AGO);
  const listed = await library.list("acme");
  expect(await library.list("acme")).toBe(listed);
  const retitled = { ...first, title: "new" };
  await another.add("acme", retitled);
  expect(await library.list("acme")).toEqual([retitled]);
  await utimes(folder.at("acme"), LONG_AGO, LONG_AGO);
  await library.list("acme");
  await another.add("acme", second);
  expect(await library.list("acme")).toEqual([second, retitled]);
  await utimes(folder.at("acme"), LONG_AGO, LONG_AGO);
  await library.list("acme");
  await rm(folder.at(`acme/${first.videoId}.json`));
  expect(await library.list("acme")).toEqual([second]);
});

test("a second change within one tick of the file system's clock is seen too", async () => {
  await using folder = await TemporaryFolder.create();
  const library = new VideoLibrary(folder.path);
  await library.add("acme", first);
  const thisSecond = new Date(Math.ceil(Date.now() / 1000) * 1000);
  await utimes(folder.at("acme"), thisSecond, thisSecond);
  expect(await library.list("acme")).toEqual([first]);
  // In place, so that the folder looks as before: what two changes within one tick come to.
  const file = folder.at(`acme/${first.videoId}.json`);
  await writeFile(file, JSON.stringify({ ...first, title: "within the tick" }));
  expect(await library.list("acme")).toMatchObject([{ title: "within the tick" }]);
});
