import { Child } from "../child.ts";

/** The tiers of a node below its memory, which it always has. */
export type NodeTiers = Readonly<{
  /** Directory of the local tier. */
  local?: string;
  /** URL of the Redis tier. */
  redis?: string;
  s3?: S3Target;
}>;

/** Where the bucket of the S3 tier is. */
export type S3Target = Readonly<{
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}>;

/** What a node is asked: to read on and on; to write, which is timed; to invalidate so many keys at once. */
export type NodeRequest = Readonly<
  | { ask: "read" }
  | { ask: "write"; rounds: number; budgetMs: number; others: number }
  | { ask: "burst"; from: number; count: number }
>;

/**
 * Milliseconds of each. By bare clients, and empty where there are none for it: `rawWrite`: one write of the truth; `rawPut`: the requests of a put one after
 * the other; `echo`: a question to all others over Redis. `nodes`: the others as the last acknowledgement counted them.
 */
export type Written = Readonly<{
  rawWrite: readonly number[];
  rawPut: readonly number[];
  echo: readonly number[];
  invalidate: readonly number[];
  put: readonly number[];
  nodes: number;
}>;

/** A cache in a process of its own. */
export class BenchNode implements AsyncDisposable {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(tiers: NodeTiers): Promise<BenchNode> {
    const child = new Child(new URL("node.child.ts", import.meta.url), [JSON.stringify(tiers)]);
    await child.said();
    return new BenchNode(child);
  }

  /** Resolves once it has read; it goes on every few milliseconds. */
  async read(): Promise<void> {
    await this.#child.ask({ ask: "read" } satisfies NodeRequest);
  }

  /** At least three rounds; no more are begun after `budgetMs`. `others`: so many read. */
  async write(rounds: number, budgetMs: number, others: number): Promise<Written> {
    const request: NodeRequest = { ask: "write", rounds, budgetMs, others };
    // What the script beside this one answers; below too.
    return (await this.#child.ask(request)) as Written;
  }

  /** Milliseconds until all are durable. */
  async burst(from: number, count: number): Promise<number> {
    const request: NodeRequest = { ask: "burst", from, count };
    return (await this.#child.ask(request)) as number;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}
