import { readFile } from "node:fs/promises";
import { npzCodec } from "@cogniverse/core";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CliHome } from "./support/cli-home.ts";

let home: CliHome;
const VIDEO = "c".repeat(64);

beforeAll(async () => {
  home = await CliHome.create();
  await home.file("results.json", '{"ok":true}');
  const data = Float32Array.from([1, 2]);
  await home.file("weights.npz", await npzCodec.encode({ w: { dtype: "f4", shape: [2], data } }));
  await home.run("put", "experiments/e1/results.json", home.at("results.json"), "--tag", "nightly");
  await home.run("put", "experiments/e1/weights.npz", home.at("weights.npz"));
});
afterAll(() => home[Symbol.asyncDispose]());

const COMMANDS = [
  ["get"],
  ["ls"],
  ["info"],
  ["stats"],
  ["put"],
  ["why"],
  ["deps"],
  ["sweep"],
  ["purge"],
  ["config", "check"],
  ["config", "schema"],
  ["doctor"],
  ["invalidate"],
] as const;

test.each(COMMANDS)("every example of %s works as it stands there", async (...command) => {
  const { code, out } = await home.run(...command, "--help");
  expect(code).toBe(0);
  for (const line of out.split("\n")) expect(line.length).toBeLessThan(110);
  const [, examples = ""] = out.split("\nExamples:\n");
  const lines = examples.trim().split("\n");
  expect(lines[0]).toContain("cogniverse-cache");
  await linkConfigs();
  const ran = await home.shell(lines.join("\n"), { VIDEO });
  // An earlier example may have killed what a later one names.
  const err = ran.err
    .replace(/^.+ to weights\.npz\n/, "")
    .replace(/^nothing that lives now .+\n/gm, "")
    .replace(/^no entry and no record of tenant globex was known\n/m, "");
  expect({ code: ran.code, err }).toEqual({ code: 0, err: "" });
});

test("every command has examples", async () => {
  const { out } = await home.run("--help");
  const listed = [...out.matchAll(/^ {2}([a-z]+)[ \n]/gm)].map(([, name]) => name);
  const shown = new Set<string>(COMMANDS.map(([name]) => name));
  expect(listed.filter((name) => name !== undefined && !shown.has(name))).toEqual([
    "complete",
    "help",
  ]);
});

test("the commands of the README work as they stand there", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  expect(blocks.length).toBeGreaterThan(0);
  await linkConfigs();
  const ran = await home.shell(blocks.join("\n"), { VIDEO });
  expect(ran).toMatchObject({ code: 0, err: "" });
  // Ten processes, one after the other.
}, 180_000);

/** Some lines name `configs/embedded.yaml`, as from the repository's root. */
async function linkConfigs(): Promise<void> {
  const { env } = home;
  await home.shell(`mkdir -p configs && cp "${env["COGNIVERSE_CACHE_CONFIG"]}" configs/`);
}
