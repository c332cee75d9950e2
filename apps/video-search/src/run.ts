import { CacheError } from "@cogniverse/sdk";
import { ConfigError, formatConfigProblems } from "@cogniverse/runtime";
import { CommanderError } from "commander";
import { SearchError } from "./agent/search-error.ts";
import { UnreadableVideoError } from "./media/unreadable-video-error.ts";
import { ModelError } from "./models/model-error.ts";
import { commandFirst } from "./commands/command-first.ts";
import type { CommandContext } from "./commands/command-context.ts";
import { makeProgram } from "./program.ts";

/** What the process says to the shell: 1 = it could not be done, 2 = asked in a wrong way, 130 = Ctrl-C. */
const EXIT = { done: 0, failed: 1, wrongUse: 2, interrupted: 130 } as const;

/** Runs one command line and returns the exit code. Never rejects. `args` without the program's own name. */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await makeProgram(context).parseAsync([...commandFirst(args)], { from: "user" });
    return EXIT.done;
  } catch (error) {
    context.progress.stop();
    if (context.signal.aborted) return EXIT.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
    context.note(`${explain(error)}\n`);
    const refused = CacheError.isInstance(error) && error.code.startsWith("invalid_");
    return refused ? EXIT.wrongUse : EXIT.failed;
  }
}

/** One line for a person, without a stack where the message says it all. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join("\n");
  if (error instanceof ConfigError) return formatConfigProblems(error.problems);
  if (!(error instanceof Error)) return String(error);
  const isPlain =
    [UnreadableVideoError, SearchError, ModelError].some((type) => error instanceof type) ||
    CacheError.isInstance(error) ||
    "code" in error;
  return isPlain ? error.message : (error.stack ?? error.message);
}
