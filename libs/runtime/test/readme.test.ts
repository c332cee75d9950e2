import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
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

test("the example is what runs here, and it runs", async () => {
  expect(blocks("ts")).toEqual([await readFile(at("readme-example.child.ts"), "utf8")]);
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-readme-"));
  try {
    await cp(at("../../../configs"), join(folder, "configs"), { recursive: true });
    const args = ["--conditions=@cogniverse/source", at("readme-example.child.ts")];
    const { stdout } = await run(process.execPath, args, { cwd: folder });
    expect(stdout.trim()).toBe("{ text: 'computed once' } memory false");
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
