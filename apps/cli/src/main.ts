#!/usr/bin/env node
import { askOnTerminal, readProcessInput } from "./input.ts";
import { processOutput } from "./output.ts";
import { run } from "./run.ts";

const interruption = new AbortController();
const { signal } = interruption;
const interrupt = (): void => interruption.abort(new DOMException("Interrupted", "AbortError"));
process.once("SIGINT", interrupt);
const terminal = { input: process.stdin, output: process.stderr };
// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error) =>
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
);

process.exitCode = await run(process.argv.slice(2), {
  output: processOutput,
  readInput: () => readProcessInput(signal),
  ...(process.stdin.isTTY && process.stderr.isTTY
    ? {
        ask: (question: string): Promise<string> =>
          askOnTerminal(question, terminal, { signal, interrupt }),
      }
    : {}),
  env: process.env,
  signal,
});
