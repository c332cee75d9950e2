import type { Took } from "../contest.ts";
import { Child } from "../child.ts";

/** What a reader's process is seen by; `endpoint`: where its spans go. */
export type ReaderTelemetry = Readonly<
  { kind: "off" | "no SDK" | "metrics" } | { kind: "traces"; endpoint: string }
>;

/** `recorded`: under a span of an application, which is kept, so that each read has one too. */
export type ReaderRequest = Readonly<
  | { ask: "reads"; reads: number; recorded: boolean }
  | { ask: "paced"; forMs: number; perSecond: number; flush: boolean }
>;

/** How reads went, spans acknowledged included. `inPathMs`: CPU of the reader's thread until the reads had their answers. */
export type Reads = Took & Readonly<{ inPathMs: number; dropped: number }>;

/**
 * How the recorded reads of a block went, and what has become of all spans since the start. `unaccounted`: neither exported, dropped nor
 * waiting. `liveBytes`: of the heap, what is still reachable.
 */
export type Block = Readonly<{
  reads: number;
  p50Ms: number;
  p99Ms: number;
  rssBytes: number;
  liveBytes: number;
  unaccounted: number;
  dropped: number;
}>;

/**
 * A process of its own that reads hits in memory. In one process the compiler would prepare the read for all the kinds of telemetry that it has met
 * there; an application has one.
 */
export class Reader implements AsyncDisposable {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(telemetry: ReaderTelemetry): Promise<Reader> {
    const script = new URL("reader.child.ts", import.meta.url);
    const child = new Child(script, [JSON.stringify(telemetry)]);
    await child.said();
    return new Reader(child);
  }

  async read(reads: number, recorded = false): Promise<Reads> {
    const request: ReaderRequest = { ask: "reads", reads, recorded };
    // What the script beside this one answers; below too.
    return (await this.#child.ask(request)) as Reads;
  }

  /** Reads for so long, so many a second, a span each. `flush`: until all spans are acknowledged or given up. */
  async paced(forMs: number, perSecond: number, flush: boolean): Promise<Block> {
    const request: ReaderRequest = { ask: "paced", forMs, perSecond, flush };
    return (await this.#child.ask(request)) as Block;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}
