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

/** Asks on standard error and reads one line of the terminal. Rejects with the signal's reason. */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}
