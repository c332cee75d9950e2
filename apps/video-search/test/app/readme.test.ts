import { readFile, writeFile } from "node:fs/promises";
import { afterEach, expect, test } from "@jest/globals";
import { extractKeyframes } from "../../src/media/keyframes.ts";
import { AppHome } from "../support/app-home.ts";
import { SAMPLE } from "../support/sample.ts";

const here = process.cwd();
afterEach(() => process.chdir(here));

test("the commands of the README and of the help work, as they stand there, in the order of the README", async () => {
  await using home = await AppHome.create();
  await home.sample("film");
  for await (const { jpeg } of extractKeyframes(SAMPLE)) {
    await writeFile(home.film("picture.jpg"), jpeg);
    break;
  }
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const help = [(await home.run("ingest", "--help")).out, (await home.run("search", "--help")).out];
  const block = /```sh\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const lines = [block, ...help]
    .join("\n")
    .split("\n")
    .filter((line) => /^ *npm start/.test(line));
  expect(lines.length).toBeGreaterThanOrEqual(10);
  // Names in the commands are those of files in the user's folder.
  process.chdir(home.film("."));
  for (const line of lines) {
    // A file of the user's, and no ten minutes.
    const runnable = line.replace("holidays/*.mkv", "film.mp4").replace("--for 10", "--for 0");
    const { code, err } = await home.run(...wordsOf(runnable));
    expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
  }
});

/** The arguments of `npm start -- ARGS   # remark`. */
function wordsOf(line: string): readonly string[] {
  const [command = ""] = line.split(" #");
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)];
  return words.map(([, quoted, plain]) => quoted ?? plain ?? "").slice(3);
}
