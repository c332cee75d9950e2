#!/usr/bin/env node
import { makeProgress } from "./demo/progress.ts";
import { run } from "./run.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new DOMException("Interrupted", "AbortError")));
// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error) =>
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
);

process.exitCode = await run(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  progress: makeProgress(),
  signal: interrupt.signal,
  app: {},
});
