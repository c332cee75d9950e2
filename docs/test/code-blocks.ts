import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** What a reader is shown; `file` from the root of the repository. */
export type Document = Readonly<{ file: string; text: string }>;

/** A fenced block of a document. `line` of its first line, from 1. */
export type CodeBlock = Readonly<{ file: string; line: number; language: string; code: string }>;

/** README.md, docs/*.md and the README of every package, in order of their paths. */
export async function documents(): Promise<readonly Document[]> {
  const packages = await Promise.all(["libs", "apps"].map(foldersIn));
  const files = [
    join(ROOT, "README.md"),
    ...[join(ROOT, "bench"), ...packages.flat()].map((folder) => join(folder, "README.md")),
    ...(await entriesOf("docs")).filter((path) => path.endsWith(".md")),
  ];
  return Promise.all(
    files.map(async (path) => ({ file: relative(ROOT, path), text: await readFile(path, "utf8") })),
  );
}

/** Every fenced block of a document, in order. */
export function blocksOf({ file, text }: Document): readonly CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => {
    const [, language = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length + 1;
    return { file, line, language, code };
  });
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, folder));
  return names.toSorted().map((name) => join(ROOT, folder, name));
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(ROOT, folder, name))
    .toSorted();
}
