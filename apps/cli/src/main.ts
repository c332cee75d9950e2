#!/usr/bin/env node
import { askOnTerminal, readProcessInput } from "./input.ts";
import { processOutput } from "./output.ts";
import { run } from "./run.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new DOMException("Interrupted", "AbortError")));
// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error) =>
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
);

process.exitCode = await run(process.argv.slice(2), {
  output: processOutput,
  readInput: () => readProcessInput(interrupt.signal),
  ...(process.stdin.isTTY && process.stderr.isTTY
    ? { ask: (question: string): Promise<string> => askOnTerminal(question, interrupt.signal) }
    : {}),
  env: process.env,
  signal: interrupt.signal,
});
