import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { S3Options } from "../../src/options.ts";
import type { HeadPuts } from "../support/head-requests.ts";

/** What a writing process is to do. */
export type WriterOrder = Readonly<{
  options: S3Options;
  how: "at once" | "one after the other";
  appends: number;
}>;

/** What a writing process did. `longestMs`: of one append among those one after the other. */
export type WriterReport = Readonly<{
  positions: readonly number[];
  puts: HeadPuts;
  longestMs: number;
}>;

const child = fileURLToPath(new URL("writer.child.ts", import.meta.url));

/** Starts so many processes, lets them begin at the same moment once each has read the head, and waits for all. */
export async function runWriters(
  count: number,
  order: WriterOrder,
): Promise<readonly WriterReport[]> {
  const writers = Array.from({ length: count }, () =>
    fork(child, [JSON.stringify(order)], { execArgv: ["--conditions=@cogniverse/source"] }),
  );
  try {
    await Promise.all(writers.map((writer) => message(writer)));
    const reports = writers.map((writer) => message(writer));
    for (const writer of writers) writer.send("go");
    // Of that form by the child, which is of this same release.
    return (await Promise.all(reports)) as readonly WriterReport[];
  } finally {
    for (const writer of writers) writer.kill("SIGKILL");
  }
}

async function message(writer: ChildProcess): Promise<unknown> {
  const left = new AbortController();
  const ended = once(writer, "exit", { signal: left.signal }).then(() => {
    throw new Error("A writer has ended before it told what it did");
  });
  try {
    const [told]: unknown[] = await Promise.race([
      once(writer, "message", { signal: left.signal }),
      ended,
    ]);
    return told;
  } finally {
    ended.catch(() => undefined);
    left.abort();
  }
}
