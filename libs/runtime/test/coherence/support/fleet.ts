import { setTimeout as pause } from "node:timers/promises";
import type { LogLine } from "@cogniverse/testkit";
import { sharedS3 } from "@cogniverse/test-servers";
import { deployment, type RedisPlace, type Ways } from "../../deployment/deployment.ts";
import { History, type Invalidated, type SeenRead } from "./history.ts";
import { NodeProcess } from "./node-process.ts";
import type { InvalidateSpan, NodeRead, NodeStand } from "./node-words.ts";
import { PACE, type Truth } from "./pace.ts";
import { saidTwice } from "./state-lines.ts";

const NODES = 3;
const KEYS = Array.from({ length: 6 }, (_, n) => `search_results/query_${n}/hybrid.json`);
/** After a fault has ended, so many D at most until each node's invalidations are acknowledged before D. */
const MOST_LEASES = 40;

/** One node: its process, its ways to the servers, and all that it said of itself. */
export type FleetNode = Readonly<{
  process: NodeProcess;
  ways: Ways;
  lines: LogLine[];
  spans: InvalidateSpan[];
}>;

/** What happened from the beginning of a fault until after it acknowledgements were short again. */
export type Episode = Readonly<{
  /** By all that is known so far; see {@link History.violations}. */
  violations: readonly string[];
  /** See {@link saidTwice}. */
  saidTwice: readonly string[];
  /** Nodes that served nothing from a tier, so that nothing is known of them. */
  silent: readonly number[];
  /** Reads that were served from a tier: begun after the fault, and over before it ended. */
  served: readonly SeenRead[];
  /** Codes of rejected invalidations, and those that nobody is told to try again. */
  refusals: readonly string[];
  /** Begun after the fault and acknowledged before it ended. */
  meanwhile: readonly Invalidated[];
  /** Of each node, what it logged. */
  lines: readonly string[];
  stands: readonly NodeStand[];
}>;

/** Of every {@link Episode}, whatever the fault was. */
export const SOUND = { violations: [], saidTwice: [], silent: [] } as const;

/**
 * Processes that share tiers. Each reads some keys on and on and, at the same time, has them invalidated one by one, after the source that this process
 * keeps has changed.
 */
export class Fleet implements AsyncDisposable {
  readonly nodes: readonly FleetNode[];
  readonly history: History = new History();
  /** D in milliseconds. */
  readonly leaseMs: number;
  /** Before every key in Redis. */
  readonly prefix: string;
  readonly #versions: number[];
  readonly #writeMs: number;
  readonly #stop = new AbortController();
  readonly #writing: Promise<unknown>;

  private constructor(truth: Truth, prefix: string, nodes: FleetNode[], versions: number[]) {
    this.nodes = nodes;
    this.prefix = prefix;
    this.#versions = versions;
    this.leaseMs = PACE[truth].leaseMs;
    this.#writeMs = PACE[truth].writeMs;
    this.#writing = Promise.all(nodes.map(({ process }, n) => this.#write(process, n)));
    // Whoever waits for anything hears of it.
    this.#writing.catch(() => undefined);
  }

  /** Resolves when all are open, read and write, and acknowledgements are short. */
  static async start(truth: Truth, redis: RedisPlace): Promise<Fleet> {
    const versions = KEYS.map(() => 1);
    const source = (key: number): number => versions[key] ?? 0;
    const { leaseMs, readMs } = PACE[truth];
    const s3 = truth === "S3" ? { s3: await sharedS3() } : {};
    const { prefix, plans } = await deployment({ leaseMs, redis, ...s3 }, NODES);
    const nodes = await Promise.all(
      plans.map(async ({ caching, ways }) => {
        const process = await NodeProcess.start({ caching, keys: KEYS, readMs }, source);
        return { process, ways, lines: [], spans: [] };
      }),
    );
    await Promise.all(nodes.map((node) => node.process.read()));
    const fleet = new Fleet(truth, prefix, nodes, versions);
    try {
      await fleet.untilShort();
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** For so many D things go on as they are. */
  async goOn(leases: number): Promise<void> {
    await Promise.race([pause(leases * this.leaseMs), this.#writing]);
  }

  /** Resolves once each node's invalidations are acknowledged before D again. Throws after {@link MOST_LEASES} D. */
  async untilShort(): Promise<void> {
    const since = now();
    const isShort = (node: number): boolean =>
      this.history
        .acknowledged(node)
        .some(({ beganAt, done }) => beganAt >= since && done.tookMs < this.leaseMs);
    while (!this.nodes.every((_, node) => isShort(node))) {
      if (now() - since > MOST_LEASES * this.leaseMs)
        throw new Error(`Acknowledgements did not become short:\n${await this.#lately(since)}`);
      await this.goOn(0.01);
    }
  }

  /** Runs `fault`, which resolves when it is over, and waits until all is well. */
  async through(fault: () => Promise<unknown>): Promise<Episode> {
    await this.#collect();
    const before = this.nodes.map(({ lines }) => lines.length);
    const since = now();
    await fault();
    const until = now();
    await this.untilShort();
    const stands = await this.#collect();
    const { invalidated, reads } = this.history;
    const here = invalidated.filter(({ beganAt }) => beganAt >= since);
    const servedHere = reads.filter((read) => read.beganAt >= since && isServed(read));
    return {
      violations: this.violations(),
      saidTwice: this.nodes.flatMap(({ lines }) => saidTwice(lines)),
      silent: [...this.nodes.keys()].filter((n) => !servedHere.some((read) => read.node === n)),
      served: servedHere.filter(({ endedAt }) => endedAt <= until),
      refusals: here.flatMap(({ done }) =>
        "nodes" in done ? [] : [`${done.code}${done.retryable ? "" : ", final"}`],
      ),
      meanwhile: here.filter(({ done }) => "nodes" in done && done.at <= until),
      lines: this.nodes.map(({ lines }, n) =>
        lines
          .slice(before[n])
          .map(({ message }) => message)
          .join("\n"),
      ),
      stands,
    };
  }

  /** Ends reading and writing, and resolves with what each node says of itself then. */
  async stop(): Promise<readonly NodeStand[]> {
    this.#stop.abort();
    await this.#writing;
    await Promise.all(this.nodes.map((node) => node.process.stop()));
    return this.#collect();
  }

  /** What of all that was read until now nobody may have seen. */
  violations(): readonly string[] {
    return this.history.violations(this.#versions);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const ways = this.nodes.flatMap((node) => [node.ways.redis, node.ways.s3]);
    for (const way of ways) await way?.heal();
    await Promise.all(this.nodes.map(({ process }) => process[Symbol.asyncDispose]()));
    for (const way of ways) await way?.stop();
  }

  async #write(process: NodeProcess, node: number): Promise<void> {
    for (let n = node; !this.#stop.signal.aborted; n++) {
      const key = n % KEYS.length;
      // First the source, then what it kills.
      const version = (this.#versions[key] = (this.#versions[key] ?? 0) + 1);
      const beganAt = now();
      const done = await process.invalidate(key);
      this.history.invalidated.push({ node, key, version, beganAt, done });
      await pause(this.#writeMs);
    }
  }

  /** Fetches what all nodes have seen since the last time. */
  async #collect(): Promise<readonly NodeStand[]> {
    return Promise.all(
      this.nodes.map(async ({ process, lines, spans }, node) => {
        const stand = await process.stand();
        for (const read of stand.reads) this.history.reads.push({ ...read, node });
        lines.push(...stand.lines);
        spans.push(...stand.spans);
        return stand;
      }),
    );
  }

  async #lately(since: number): Promise<string> {
    await this.#collect();
    const done = this.history.invalidated.filter((one) => one.beganAt >= since).slice(-12);
    const lines = this.nodes.flatMap((node) => node.lines.slice(-6));
    return [...done, ...lines].map((one) => JSON.stringify(one)).join("\n");
  }
}

function isServed({ computed, failed }: NodeRead): boolean {
  return !computed && failed === undefined;
}

/** CLOCK_MONOTONIC in ms, the clock of the nodes too. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
