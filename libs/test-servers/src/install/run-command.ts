import { spawn } from "node:child_process";
import { once } from "node:events";

/** Where and how a command runs. */
export type RunOptions = Readonly<{
  cwd?: string;
  /** Added to this process's environment. */
  env?: Readonly<Record<string, string>>;
  /** Takes what the command prints, as it comes. */
  onOutput?: (chunk: string) => void;
}>;

/** A command that ended with an exit code other than 0, or could not be started. */
class CommandError extends Error {
  override readonly name = "CommandError";
}

/**
 * Runs a program to its end.
 *
 * @returns What it printed, standard error included.
 * @throws {Error} With the last lines of that.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, onOutput }: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      onOutput?.(chunk);
    });
  }
  const line = [command, ...args].join(" ");
  const ended = once(child, "close").catch((error: unknown) => {
    throw new CommandError(`${line}: could not be started`, { cause: error });
  });
  const [code, signal] = await ended;
  if (code === 0) return output;
  const lastLines = output.trim().split("\n").slice(-15).join("\n");
  throw new CommandError(`${line}: ended with ${String(code ?? signal)}\n${lastLines}`);
}
