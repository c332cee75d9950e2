import { Child } from "../child.ts";
import type { SweepTier } from "./sweep-tier.ts";

/**
 * What a process over the tier is asked. `rate`: copies a second. `sweep` is answered once its first step is done, so that what a sweep of minutes does
 * once at its start is not measured with each round; it goes on until `stop`, which tells what came of it.
 */
export type NodeRequest = Readonly<
  { ask: "read"; forMs: number } | { ask: "sweep"; rate: number } | { ask: "stop" }
>;

/** Latencies of reads of living entries, one after the other, in milliseconds. */
export type ReadTimes = Readonly<{ reads: number; p50Ms: number; p99Ms: number }>;

/** `cpuMs`: of the process, in all its threads, while it swept. */
export type Swept = Readonly<{ scanned: number; deleted: number; ms: number; cpuMs: number }>;

/** A process of its own over the tier that may be read and swept at the same time. */
export class SweepNode implements AsyncDisposable {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(tier: SweepTier): Promise<SweepNode> {
    const script = new URL("sweep-node.child.ts", import.meta.url);
    const child = new Child(script, [JSON.stringify(tier)]);
    await child.said();
    return new SweepNode(child);
  }

  async read(forMs: number): Promise<ReadTimes> {
    // What the script beside this one answers; below too.
    return (await this.#ask({ ask: "read", forMs })) as ReadTimes;
  }

  async sweep(rate: number): Promise<void> {
    await this.#ask({ ask: "sweep", rate });
  }

  async stop(): Promise<Swept> {
    return (await this.#ask({ ask: "stop" })) as Swept;
  }

  #ask(request: NodeRequest): Promise<unknown> {
    return this.#child.ask(request);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}
