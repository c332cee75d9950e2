import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { linesIn } from "./support/check-yaml.ts";

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const readme = await readFile(at("../README.md"), "utf8");
const blocks = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map((m) => m[1] ?? "");

test.each([
  [0, "readme-example.child.ts", "{ text: 'computed once' } memory false"],
  [1, "readme-telemetry.child.ts", "[ 'lecture-1' ] 0 true"],
])("example %i is what runs here, and it runs", async (number, file, printed) => {
  expect(blocks("ts")).toHaveLength(2);
  expect(blocks("ts")[number]).toBe(await readFile(at(file), "utf8"));
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-readme-"));
  try {
    // Nothing else is there, as where the package was just added.
    await writeFile(join(folder, "cache.yaml"), blocks("yaml")[0] ?? "");
    const args = ["--conditions=@cogniverse/source", at(file)];
    const { stdout } = await run(process.execPath, args, { cwd: folder });
    expect(stdout.trim()).toBe(printed);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the configuration that it shows is right", async () => {
  const [yaml = ""] = blocks("yaml");
  expect(await linesIn(yaml)).toEqual([]);
});

test("the problem that it shows is what is said", async () => {
  const [text = ""] = blocks("text");
  const [first = "", line = ""] = text.split("\n");
  const message = first.replace(/^\S+ /, "");
  const yaml = `caching:\n  tiers:\n    memory: { backend: memory }\n  policies:\n${line.replace(/^.*\| /, "")}\n`;
  expect(await linesIn(yaml)).toEqual([expect.stringContaining(message)]);
});
