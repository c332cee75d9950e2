import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A child of this package that prints one line when it is ready. */
export type Child = Readonly<{
  process: ChildProcess;
  line: string;
  ended: Promise<number | null>;
}>;

/** Runs `test/NAME.child.ts` from its source and waits for its first line. */
export async function startChild(name: string, args: readonly string[] = []): Promise<Child> {
  const file = fileURLToPath(new URL(`${name}.child.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  const [line] = await once(createInterface(child.stdout), "line");
  return { process: child, line: String(line), ended };
}
