import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkConfig, type CheckConfigOptions, type LocatedProblem } from "../../src/index.ts";

/** Runs `use` with a file that holds `text`, and takes the file away. */
export async function withYaml<R>(text: string, use: (file: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-config-"));
  try {
    const file = join(folder, "cache.yaml");
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What {@link checkConfig} finds in a text. */
export function problemsIn(
  text: string,
  options: Pick<CheckConfigOptions, "env" | "backends"> = {},
): Promise<readonly LocatedProblem[]> {
  return withYaml(text, async (configPath) => {
    const { problems } = await checkConfig({ configPath, env: {}, ...options });
    return problems;
  });
}

/** The same as `line:column message`, for comparing at a glance. */
export async function linesIn(
  text: string,
  options: Pick<CheckConfigOptions, "env" | "backends"> = {},
): Promise<readonly string[]> {
  const problems = await problemsIn(text, options);
  return problems.map(
    ({ location, message }) => `${location?.line ?? "-"}:${location?.column ?? "-"} ${message}`,
  );
}

/** A right configuration of one tier, which further lines of `caching` may follow. */
export const MEMORY = "caching:\n  tiers:\n    memory: { backend: memory }\n";

/** What is wrong with {@link MEMORY} and one more line. */
export const wrong = (line: string): Promise<readonly string[]> => linesIn(MEMORY + line);
