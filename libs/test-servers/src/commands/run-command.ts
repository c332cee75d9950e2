import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a command ended, and all that it wrote. */
export interface EndedCommand {
  /** `null`: ended by a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Something else than to let it end by itself, in this process's environment. */
export interface CommandOptions {
  /** Words on the standard error stream at which it gets SIGINT, once: the second time it would end on the spot. */
  readonly interruptAt?: string;
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of the workspace from its source, and waits until it has ended. */
export function runCommand(
  program: URL,
  args: readonly string[],
  { interruptAt, env }: CommandOptions = {},
): Promise<EndedCommand> {
  const file = fileURLToPath(program);
  const child = spawn(process.execPath, ["--conditions=@cogniverse/source", file, ...args], {
    env: { ...process.env, ...env },
  });
  let out = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const [before, now] = [errors, (errors += text)];
    if (interruptAt !== undefined && now.includes(interruptAt) && !before.includes(interruptAt))
      child.kill("SIGINT");
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, errors })));
}

/** What it printed with `--json`, whatever its exit code; throws what it complained of where it printed nothing. */
export function reportOf({ code, out, errors }: EndedCommand): unknown {
  if (out === "") throw new Error(`ended with ${code} and printed nothing\n${errors}`);
  return JSON.parse(out);
}
