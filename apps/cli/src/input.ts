import { addAbortSignal } from "node:stream";
import { createInterface } from "node:readline/promises";
import { buffer } from "node:stream/consumers";

/** All of standard input; on a terminal it says that it waits. Rejects with the signal's reason. */
export async function readProcessInput(signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const { stdin } = process;
  if (stdin.isTTY) process.stderr.write("Reading standard input; end it with Ctrl-D\n");
  // Closes it on abort: an open one would keep the process alive.
  return new Uint8Array(await buffer(addAbortSignal(signal, stdin)));
}

/** What a person types into, and what shows the question. */
export type Terminal = Readonly<{ input: NodeJS.ReadableStream; output: NodeJS.WritableStream }>;

/**
 * Asks and reads one line; the end of the input (Ctrl-D) is an empty one. While it reads, Ctrl-C is a key of the terminal and no signal to the process: it
 * calls `interrupt`, which is to abort the signal. Rejects with the signal's reason.
 */
export async function askOnTerminal(
  question: string,
  terminal: Terminal,
  { signal, interrupt }: Readonly<{ signal: AbortSignal; interrupt: () => void }>,
): Promise<string> {
  signal.throwIfAborted();
  const lines = createInterface({ ...terminal, terminal: true });
  const ended = new Promise<string>((resolve) => void lines.once("close", () => resolve("")));
  lines.once("SIGINT", interrupt);
  try {
    return await Promise.race([lines.question(question, { signal }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
