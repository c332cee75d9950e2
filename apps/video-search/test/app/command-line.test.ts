import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ROOT } from "../../src/app.ts";
import { extractKeyframes } from "../../src/media/keyframes.ts";
import { AppHome } from "../support/app-home.ts";
import { SAMPLE } from "../support/sample.ts";

test("films go in and moments come out, as text and as JSON", async () => {
  await using home = await AppHome.create();
  const film = await home.sample();
  const ingested = await home.run("ingest", film, "--tenant", "acme");
  expect(ingested.code).toBe(0);
  const [, videoId = ""] = /bunny: ([0-9a-f]{64})\n$/.exec(ingested.out) ?? [];
  const again = await home.run("ingest", film, "--tenant", "acme", "--json");
  expect(JSON.parse(again.out).videos).toMatchObject([{ videoId, computed: 0, frames: 5 }]);
  expect(JSON.parse(again.out).saved.computeSeconds).toBeGreaterThan(0);
  const words = ["search", "stretching", "--strategy", "transcript", "--tenant", "acme"];
  const first = await home.run(...words);
  expect(first.out).toContain("1. bunny at 2.2 s");
  expect(first.out).toContain(`(${videoId.slice(0, 12)}@2160)`);
  expect((await home.run(...words)).out).toMatch(/from the tier warm in .+\n$/);
  const json = await home.run(...words, "--json", "--video", videoId.slice(0, 8), "--to", "3000");
  expect(JSON.parse(json.out)).toMatchObject({ from: "computed", hits: [{ timestampMs: 2160 }] });
  const moment = await home.run(
    "search",
    `${videoId.slice(0, 12)}@2160`,
    "-s",
    "similar",
    "-t",
    "acme",
  );
  expect(moment.out).toContain("4. bunny at");
});

test("a picture is looked for by its path", async () => {
  await using home = await AppHome.create();
  await home.run("ingest", await home.sample());
  const picture = home.film("first.jpg");
  for await (const { jpeg } of extractKeyframes(SAMPLE)) {
    await writeFile(picture, jpeg);
    break;
  }
  const found = await home.run("search", picture, "--strategy", "similar", "--top-k", "1");
  expect(found).toMatchObject({ code: 0, out: expect.stringContaining("1. bunny at 0.0 s  1.00") });
  const words = await home.run("search", home.film("bunny.vtt"), "--strategy", "similar");
  expect(words.code).toBe(1);
  expect(words.err.split("\n").slice(1)).toEqual([
    `${home.film("bunny.vtt")}: the image cannot be decoded`,
    "",
  ]);
});

test("where nothing is found, it says what to do", async () => {
  await using home = await AppHome.create();
  const { code, out } = await home.run("search", "rabbit", "--tenant", "nobody");
  expect(code).toBe(0);
  expect(out).toContain("npm start -- ingest FILE --tenant nobody\n");
  const config = join(ROOT, "configs", "embedded.yaml");
  const other = await home.run("search", "rabbit", "--tenant", "nobody", "--config", config);
  expect(other.out).toContain(`npm start -- ingest FILE --tenant nobody --config ${config}\n`);
  const word = await home.run("film.mp4", "--config", config);
  expect(word.err).toContain(`npm start -- ingest film.mp4 --config ${config}\n`);
});

test("options that commands share may stand before the command or after it", async () => {
  await using home = await AppHome.create();
  const config = join(ROOT, "configs", "embedded.yaml");
  const orders = [
    ["--config", config, "search", "rabbit", "--tenant", "nobody", "--json"],
    ["--json", "-t", "nobody", `--config=${config}`, "search", "rabbit"],
    ["search", "rabbit", "--tenant", "nobody", "--config", config, "--json"],
  ];
  for (const args of orders) {
    const { code, out } = await home.run(...args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ hits: [] });
  }
  const own = await home.run("--top-k", "3", "search", "rabbit");
  expect(own).toMatchObject({ code: 2, err: expect.stringContaining("unknown option '--top-k'") });
});

test.each([
  [["--bogus"], 2, "unknown option '--bogus'"],
  [["film.mp4"], 2, "there is no command film.mp4; for a film: npm start -- ingest film.mp4"],
  [["search"], 2, "missing required argument 'query'"],
  [["search", "x", "--top-k", "many"], 2, "Use a whole number"],
  [["search", "x", "--strategy", "guess"], 2, "Allowed choices are text, transcript, similar"],
  [["search", "x", "--tenant", "a/b"], 2, 'Tenant id "a/b" is refused'],
  [["search", "x", "--config", "nowhere.yaml"], 2, "nowhere.yaml: There is no such file"],
])("%j ends with code %i", async (args, code, message) => {
  await using home = await AppHome.create();
  const ran = await home.run(...args);
  expect(ran).toMatchObject({ code, out: "", err: expect.stringContaining(message) });
  expect(ran.err).not.toMatch(/\n +at /);
});

test.each([[[]], [["ingest"]], [["search"]]])("help of %j fits a terminal", async (command) => {
  await using home = await AppHome.create();
  const { code, out, err } = await home.run(...command, "--help");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  for (const line of out.split("\n")) expect(line.length).toBeLessThan(100);
});
