import { Child } from "../child.ts";

/** Reads for so long, so many a second, each under a recording parent. `flush`: until all spans are acknowledged or given up. */
export type BlockRequest = Readonly<{ forMs: number; perSecond: number; flush: boolean }>;

/** How the reads of a block went, and what has become of all spans since the start. `unaccounted`: neither exported, dropped nor waiting. */
export type Block = Readonly<{
  reads: number;
  p50Ms: number;
  p99Ms: number;
  rssBytes: number;
  unaccounted: number;
  dropped: number;
}>;

/** A process that reads hits in memory at a pace. */
export interface PacedReader extends AsyncDisposable {
  read(request: BlockRequest): Promise<Block>;
}

/** `endpoint`: where its spans go. */
export async function startPacedReader(endpoint: string): Promise<PacedReader> {
  const child = new Child(new URL("paced-reader.child.ts", import.meta.url), [endpoint]);
  await child.said();
  return {
    // What the script beside this one answers.
    read: async (request) => (await child.ask(request)) as Block,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
