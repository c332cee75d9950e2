#!/usr/bin/env node
import { makeProgress } from "./demo/progress.ts";
import { run } from "./run.ts";

const interrupt = new AbortController();
const stop = (): void => interrupt.abort(new DOMException("Interrupted", "AbortError"));
let isTerminated = false;
process.once("SIGINT", stop);
// Whoever stops a container asks like this: nothing half done, and spans that wait still leave.
process.once("SIGTERM", () => {
  isTerminated = true;
  stop();
});
// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error) =>
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 1),
);

const code = await run(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  progress: makeProgress(),
  signal: interrupt.signal,
  app: {},
});
process.exitCode = isTerminated && code === 130 ? 143 : code;
