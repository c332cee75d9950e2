import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block of a document. `line` of its first line, from 1. */
export type CodeBlock = Readonly<{ file: string; line: number; language: string; code: string }>;

/** Every fenced block of README.md and docs/*.md, in order. */
export async function codeBlocks(): Promise<readonly CodeBlock[]> {
  const docs = (await readdir(join(ROOT, "docs"))).filter((name) => name.endsWith(".md"));
  const files = [join(ROOT, "README.md"), ...docs.map((name) => join(ROOT, "docs", name))];
  const blocks = await Promise.all(
    files.map(async (file) => blocksOf(relative(ROOT, file), await readFile(file, "utf8"))),
  );
  return blocks.flat();
}

function blocksOf(file: string, text: string): readonly CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => {
    const [, language = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length + 1;
    return { file, line, language, code };
  });
}
