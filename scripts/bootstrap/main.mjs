import { exitOnInterrupt } from "./children.mjs";
import { Failure } from "./failure.mjs";
import { createProgress } from "./progress.mjs";

const oldestMajor = 20;

/**
 * Frame of every command: runs it and ends the process with its exit code. Progress goes to
 * standard error, so that standard output stays what the command itself prints.
 *
 * @param {(progress: import("./progress.mjs").Progress, args: readonly string[]) => Promise<number>} command
 */
export async function main(command) {
  const progress = createProgress(process.stderr);
  exitOnInterrupt(() => progress.clear());
  try {
    if (Number(process.versions.node.split(".")[0]) < oldestMajor) {
      throw new Failure(
        `Node ${oldestMajor} or newer is needed to start; this is ${process.version}.`,
      );
    }
    process.exitCode = await command(progress, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
