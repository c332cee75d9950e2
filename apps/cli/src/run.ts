import { CommanderError } from "commander";
import { EXIT } from "./exit-code.ts";
import { makeProgram } from "./program.ts";
import { explain, type Session } from "./session.ts";

/** Runs one command line and returns the exit code. Never rejects. `args` without the program's own name. */
export async function run(args: readonly string[], session: Session): Promise<number> {
  try {
    await makeProgram(session).parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (session.signal.aborted) return EXIT.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
    const { code, text } = explain(error, session.output.isTerminal);
    session.output.note(text);
    return code;
  }
}
