import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { checkConfig } from "@cogniverse/runtime";
import { blocksOf, documents, ROOT, type CodeBlock } from "./code-blocks.ts";
import { problemOf } from "./shown-commands.ts";

/** Their own tests run what these show. */
const RUN_ELSEWHERE = ["libs/core/README.md", "libs/runtime/README.md", "apps/cli/README.md"];

const run = promisify(execFile);
const shown = await documents();
const blocks = shown.flatMap((document) => blocksOf(document));
const named = (...languages: readonly string[]): readonly (readonly [string, CodeBlock])[] =>
  blocks
    .filter(({ language, file }) => languages.includes(language) && !RUN_ELSEWHERE.includes(file))
    .map((block) => [`${block.file}:${block.line}`, block] as const);

/** Below docs, so that the packages that examples import resolve as they do for an application. */
async function inFolder<R>(use: (folder: string) => Promise<R>): Promise<R> {
  const parent = join(ROOT, "docs", ".examples");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "run-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The file that a block stands for, where its first line names one. */
function fileName({ code }: CodeBlock): string | undefined {
  return /^(?:#|\/\/) ([\w-]+\.(?:yaml|ts))\n/.exec(code)?.[1];
}

/** Runs a block beside the files that its document shows. */
async function output(block: CodeBlock): Promise<string> {
  return inFolder(async (folder) => {
    await writeNamed(block.file, folder);
    await writeFile(join(folder, "example.ts"), block.code);
    const args = ["--conditions=@cogniverse/source", "example.ts"];
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder });
    expect(stderr).toBe("");
    return stdout;
  });
}

/** Puts down the files that a document shows, to be found by its other blocks. */
async function writeNamed(document: string, folder: string): Promise<void> {
  for (const block of blocks.filter(({ file }) => file === document)) {
    const name = fileName(block);
    if (name !== undefined) await writeFile(join(folder, name), block.code);
  }
}

const programs = named("ts").filter(([, block]) => fileName(block) === undefined);

test.each(programs)("%s runs and prints something", async (_, block) => {
  expect(await output(block)).not.toBe("");
});

test("what documents show has no type error", async () => {
  await inFolder(async (folder) => {
    for (const { file, line, language, code } of blocks.filter((b) => b.language === "ts")) {
      const own = join(folder, file.replaceAll(/\W/g, "-"));
      await mkdir(own, { recursive: true });
      await writeNamed(file, own);
      await writeFile(join(own, `line-${line}.${language}`), code);
    }
    const settings = { extends: "../../../tsconfig.test.json", include: ["."] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    expect(await run(process.execPath, [tsc, "-p", folder])).toMatchObject({ stdout: "" });
  });
});

test("the example of the README finds what it stored, and nothing after the invalidation", async () => {
  const [, block] = programs.find(([, { file }]) => file === "README.md") ?? [];
  const stdout = block === undefined ? "" : await output(block);
  expect(stdout).toContain("{ found: true }");
  expect(stdout).toContain("hit: false, causes: { memory: 'invalidated', warm: 'invalidated' }");
});

test.each(named("yaml"))("%s is a configuration", async (_, { code }) => {
  await inFolder(async (folder) => {
    const file = join(folder, "cache.yaml");
    await writeFile(file, code);
    expect(await checkConfig({ configPath: file })).toMatchObject({ problems: [] });
  });
});

test.each(named("sh"))("%s: the commands are there", async (_, { code }) => {
  for (const command of code.trim().split("\n"))
    expect({ command, problem: await problemOf(command) }).toEqual({ command, problem: undefined });
});

test("every block says what it is in", () => {
  expect(blocks.filter(({ language }) => language === "")).toEqual([]);
});

test.each(shown.map((document) => [document.file, document] as const))(
  "every file that %s links to is there",
  (_, { file, text }) => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? "");
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(file), link)))).toEqual([]);
  },
);
