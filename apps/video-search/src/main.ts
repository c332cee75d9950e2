#!/usr/bin/env node
import { CommanderError } from "commander";
import { makeProgress } from "./demo/progress.ts";
import { explain, makeProgram } from "./program.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new DOMException("Interrupted", "AbortError")));
const { signal } = interrupt;
const progress = makeProgress();

try {
  const write = (text: string): void => void process.stdout.write(text);
  await makeProgram({ write, progress, signal, app: {} }).parseAsync();
} catch (error) {
  progress.stop();
  if (signal.aborted) process.exitCode = 130;
  else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}
