import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A child of this package that prints one line when it is ready. */
export type Child = Readonly<{
  process: ChildProcess;
  line: string;
  ended: Promise<number | null>;
  /** What it has printed to standard error so far. */
  errors(): string;
}>;

/** Runs `test/NAME.child.ts` from its source and waits for its first line. */
export async function startChild(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const file = fileURLToPath(new URL(`${name}.child.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, NODE_NO_WARNINGS: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  const line = await Promise.race([
    once(createInterface(child.stdout), "line").then(([first]) => String(first)),
    ended.then((code) => {
      throw new Error(`${name}.child.ts ended with ${code} before it was ready\n${errors}`);
    }),
  ]);
  return { process: child, line, ended, errors: () => errors };
}
