import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { checkConfig } from "@cogniverse/runtime";
import { codeBlocks, ROOT, type CodeBlock } from "./code-blocks.ts";

const run = promisify(execFile);
const blocks = await codeBlocks();
const of = (...languages: readonly string[]): readonly CodeBlock[] =>
  blocks.filter(({ language }) => languages.includes(language));
const place = ({ file, line }: CodeBlock): string => `${file}:${line}`;

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

/** The configuration files that a document shows: their first line names them. */
async function writeConfigs(file: string, folder: string): Promise<void> {
  for (const block of of("yaml").filter((b) => b.file === file)) {
    const name = /^# (\S+\.yaml)$/m.exec(block.code)?.[1];
    if (name !== undefined) await writeFile(join(folder, name), block.code);
  }
}

test.each(of("ts").map((block) => [place(block), block] as const))("%s runs", async (_, block) => {
  await inFolder(async (folder) => {
    await writeConfigs(block.file, folder);
    await writeFile(join(folder, "example.ts"), block.code);
    const { stdout, stderr } = await run(
      process.execPath,
      ["--conditions=@cogniverse/source", "example.ts"],
      { cwd: folder },
    );
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
  });
});

test("the example of the README finds what it stored, and nothing after the invalidation", async () => {
  await inFolder(async (folder) => {
    const [block] = of("ts").filter(({ file }) => file === "README.md");
    await writeConfigs("README.md", folder);
    await writeFile(join(folder, "example.ts"), block?.code ?? "");
    const { stdout } = await run(
      process.execPath,
      ["--conditions=@cogniverse/source", "example.ts"],
      { cwd: folder },
    );
    expect(stdout).toContain("{ found: true }");
    expect(stdout).toContain("hit: false, causes: { memory: 'invalidated', warm: 'invalidated' }");
  });
});

test.each(of("yaml").map((block) => [place(block), block] as const))(
  "%s is a configuration",
  async (_, block) => {
    await inFolder(async (folder) => {
      const file = join(folder, "cache.yaml");
      await writeFile(file, block.code);
      expect(await checkConfig({ configPath: file })).toMatchObject({ problems: [] });
    });
  },
);

test("every npm command that a document shows is a script of this repository", async () => {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const shown = of("sh").flatMap(({ code }) =>
    [...code.matchAll(/^npm (?:run )?(\w+)/gm)].map((match) => match[1] ?? ""),
  );
  expect(shown.length).toBeGreaterThan(0);
  for (const script of new Set(shown)) expect(manifest).toHaveProperty(["scripts", script]);
});

test("every file that a document links to is there", async () => {
  for (const file of new Set(["README.md", ...blocks.map((block) => block.file)])) {
    const text = await readFile(join(ROOT, file), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? "");
    for (const link of links) {
      const { stdout } = await run("ls", ["-d", join(ROOT, dirname(file), link)]);
      expect(stdout).not.toBe("");
    }
  }
});
