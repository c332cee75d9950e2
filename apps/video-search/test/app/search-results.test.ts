import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { App } from "../../src/app.ts";
import type { SearchOptions } from "../../src/agent/video-search-agent.ts";
import { DEFAULT_SETTINGS } from "../../src/ingest/ingest-settings.ts";
import { AppHome } from "../support/app-home.ts";
import { CheapModels } from "../support/cheap-models.ts";
import { makeFilm } from "../support/make-film.ts";

let home: AppHome;
let app: App;
let bunny: string;
let bunnyId: string;

beforeAll(async () => {
  home = await AppHome.create();
  app = await home.open();
  bunny = await home.sample();
  bunnyId = (await app.processor.ingest(bunny, "acme")).video.videoId;
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

async function source(options: SearchOptions = {}, query = "yawns"): Promise<string> {
  const asked = { strategy: "transcript", ...options } as const;
  return (await app.agent.search(query, "acme", asked)).from;
}

/** Asked before and after: whether the answer of before is still served. */
async function survives(change: () => Promise<unknown>, options?: SearchOptions): Promise<boolean> {
  await source(options);
  expect(await source(options)).toBe("memory");
  await change();
  return (await source(options)) === "memory";
}

async function makeGreyFilm(name: string, level: number): Promise<string> {
  const path = home.film(name);
  const grey = (): number => level;
  await makeFilm(path, { width: 64, height: 64, frames: 20, framesPerSecond: 10, grey });
  return path;
}

test("ingesting a film again leaves answers alone where nothing changed", async () => {
  expect(await survives(() => app.processor.ingest(bunny, "acme"))).toBe(true);
});

test("artefacts made anew by force kill the answers from them where they came out otherwise, and no other", async () => {
  const force = (by: App) => by.processor.ingest(bunny, "acme", { force: true });
  const chosen = { filters: { videos: [bunnyId] } };
  expect(await survives(() => force(app))).toBe(true);
  await using other = await home.open({ models: new CheapModels("sea") });
  for (const options of [{ strategy: "text" }, { strategy: "text", ...chosen }] as const)
    expect(await source(options)).toBe("computed");
  expect(await survives(() => force(other), { strategy: "text" })).toBe(false);
  expect(await survives(() => force(app), { strategy: "text", ...chosen })).toBe(false);
});

test("another film kills answers over the library and not those over chosen films", async () => {
  const grey = await makeGreyFilm("grey.mp4", 90);
  const white = await makeGreyFilm("white.mp4", 250);
  expect(await survives(() => app.processor.ingest(grey, "acme"))).toBe(false);
  const chosen = { filters: { videos: [bunnyId] } };
  expect(await survives(() => app.processor.ingest(white, "acme"), chosen)).toBe(true);
});

test("invalidating a video kills its artefacts and every answer computed from them", async () => {
  expect(await survives(() => app.cache.invalidateVideo(bunnyId, "acme"))).toBe(false);
});

test("what happens to another tenant's films does not concern this one", async () => {
  const other = async (): Promise<void> => {
    expect((await app.agent.search("yawns", "globex")).hits).toEqual([]);
    const { computed } = await app.processor.ingest(bunny, "globex");
    expect(computed).toBeGreaterThan(10);
    expect((await app.agent.search("yawns", "globex")).hits).toHaveLength(1);
    await app.cache.invalidate({ kind: "tenant" }, "globex");
  };
  expect(await survives(other)).toBe(true);
  expect(await app.cache.listKeys("", "globex")).toEqual([]);
});

test("everything that shapes an answer is in its key", async () => {
  const asked: SearchOptions[] = [
    {},
    { topK: 1 },
    { filters: { fromMs: 1000 } },
    { filters: { toMs: 3000 } },
    { filters: { videos: [bunnyId] } },
    { strategy: "text" },
  ];
  for (const options of asked) expect(await source(options, "paw")).toBe("computed");
  for (const options of asked) expect(await source(options, "paw")).toBe("memory");
  await using other = await home.open({ models: new CheapModels("meadow", "2") });
  const settings = { ...DEFAULT_SETTINGS, chunkMs: 1000 };
  await using coarse = await home.open({ settings });
  for (const { agent } of [other, coarse])
    expect(await agent.search("paw", "acme", { strategy: "transcript" })).toMatchObject({
      from: "computed",
    });
});

test("the beginning of an id is enough and is the same question", async () => {
  await source({ filters: { videos: [bunnyId] } }, "burrow");
  expect(await source({ filters: { videos: [bunnyId.slice(0, 12)] } }, "burrow")).toBe("memory");
  const similar = { strategy: "similar" } as const;
  const { hits } = await app.agent.search(`${bunnyId.slice(0, 12)}@0`, "acme", similar);
  expect(hits.length).toBeGreaterThan(3);
  expect(await source(similar, `${bunnyId}@0`)).toBe("memory");
});

test.each([
  ["", {}, "The query is empty"],
  ["x", { topK: 0 }, "topK 0"],
  ["x", { filters: { videos: ["nope"] } }, 'begins with "nope"'],
  ["nope@3", { strategy: "similar" }, 'begins with "nope"'],
  ["x", { filters: { videos: [""] } }, 'begins with ""'],
  ["/no/such.jpg", { strategy: "similar" }, "no picture that can be read"],
] as const)("%j with %j cannot be asked", async (query, options, message) => {
  await expect(app.agent.search(query, "acme", options)).rejects.toThrow(message);
});
