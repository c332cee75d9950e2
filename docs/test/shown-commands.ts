import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./code-blocks.ts";

/** Why a command that a document shows could not work, judged without running it. `undefined` = it could. */
export async function problemOf(command: string): Promise<string | undefined> {
  const [program, ...words] = command
    .replace(/\s#.*$/, "")
    .replace(/^(?:[A-Z_]+=\S+ )+/, "")
    .trim()
    .split(/\s+/);
  if (program === "npm") return npmProblem(words);
  if (program === "node") return nodeProblem(words);
  return `${program} is no command that documents show`;
}

async function npmProblem(words: readonly string[]): Promise<string | undefined> {
  const [verb = "", ...rest] = words.filter((word) => !word.startsWith("--"));
  if (verb === "add") {
    const published = await publicPackages();
    const missing = rest.filter((name) => !published.includes(name));
    return missing.length === 0 ? undefined : `not published: ${missing.join(", ")}`;
  }
  const script = verb === "run" ? rest[0] : verb;
  return (await scripts()).includes(script ?? "") ? undefined : `no script ${script}`;
}

function nodeProblem(words: readonly string[]): string | undefined {
  const folder = words.indexOf("-C");
  const paths = [words[0] ?? "", ...(folder < 0 ? [] : words.slice(folder + 1, folder + 2))];
  const missing = paths.filter((path) => !existsSync(join(ROOT, path)));
  return missing.length === 0 ? undefined : `not there: ${missing.join(", ")}`;
}

async function publicPackages(): Promise<readonly string[]> {
  const folders = await readdir(join(ROOT, "libs"));
  const manifests = await Promise.all(folders.map((name) => manifest(join("libs", name))));
  return manifests.filter((one) => one.private !== true).map(({ name }) => name);
}

async function scripts(): Promise<readonly string[]> {
  return Object.keys((await manifest(".")).scripts ?? {});
}

type Manifest = Readonly<{ name: string; private?: boolean; scripts?: Record<string, string> }>;

async function manifest(folder: string): Promise<Manifest> {
  // The manifests of this repository are npm's.
  return JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")) as Manifest;
}
