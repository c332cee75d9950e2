import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "@cogniverse/sdk";
import { seededRandom } from "@cogniverse/testkit";
import { faultsOf } from "./faults.ts";
import type { HistoryFile } from "./history-file.ts";
import { LogEpochs } from "./log-epochs.ts";
import { letHappen, type Happened } from "./schedule.ts";
import { isAcknowledged, SoakJudge } from "./soak-judge.ts";
import { SoakNode, type SoakListener } from "./soak-node.ts";
import { monotonicMs, type SoakDone, type SoakEnd, type SoakWrite } from "./soak-words.ts";
import type { Stage } from "./stage.ts";
import { PACES, Surroundings, type SoakDeployment } from "./surroundings.ts";

const NODES = 3;
/** So often calls are judged. */
const JUDGE_MS = 100;
/** A call that takes longer has hung. */
const LONGEST_CALL_MS = 60_000;

/** What a round is to be. `history`: where all that is told is written; `signal` ends it early. */
export type RoundOptions = Readonly<{
  deployment: SoakDeployment;
  seconds: number;
  seed: number;
  history: HistoryFile;
  signal: AbortSignal;
  onFigures: (figures: RoundFigures) => void;
}>;

/** How much was done so far. `short` and `long`: acknowledged before D had passed, and after. */
export interface RoundFigures {
  readonly deployment: SoakDeployment;
  readonly seconds: number;
  readonly reads: number;
  readonly computes: number;
  readonly short: number;
  readonly long: number;
  readonly refused: number;
  readonly happened: number;
  /** By kind. */
  readonly faults: Readonly<Record<string, number>>;
}

/** One deployment under faults: starts servers and processes, lets faults happen, judges what processes tell, ends all. */
export class SoakRound implements SoakListener {
  readonly judge: SoakJudge;
  readonly happened: Happened[] = [];
  /** What ended it that no judge can see: a process that broke, a call that hung. */
  readonly broken: string[] = [];
  readonly #options: RoundOptions;
  readonly #all: Surroundings;
  readonly #random: Random;
  readonly #epochs: LogEpochs;
  readonly #nodes = new Map<number, SoakNode>();
  readonly #starting: Promise<void>[] = [];
  readonly #over = new AbortController();
  readonly #epoch = monotonicMs();
  /** When all nodes were there, and when all was over. */
  #startedAt = Infinity;
  #endedAt = Infinity;
  #short = 0;
  #long = 0;
  #refused = 0;
  #starts = 0;

  private constructor(options: RoundOptions, all: Surroundings) {
    this.#options = options;
    this.#all = all;
    this.#random = seededRandom(options.seed);
    this.#epochs = new LogEpochs(2 * this.#pace.leaseMs, () => this.now());
    this.judge = new SoakJudge(this.#epochs);
  }

  /** Resolves when all that it started has ended. */
  static async run(options: RoundOptions): Promise<SoakRound> {
    await using all = await Surroundings.start(options.deployment, NODES);
    const round = new SoakRound(options, all);
    try {
      await round.#run();
    } finally {
      await Promise.all([...round.#nodes.values()].map((node) => node.kill()));
    }
    return round;
  }

  get isRight(): boolean {
    return this.judge.faults.length === 0 && this.broken.length === 0;
  }

  /** Of what was told until now. */
  figures(): RoundFigures {
    const faults: Record<string, number> = {};
    for (const { kind } of this.happened) faults[kind] = (faults[kind] ?? 0) + 1;
    return {
      deployment: this.#options.deployment,
      seconds: Math.max(0, Math.min(this.#endedAt, this.now()) - this.#startedAt) / 1000,
      reads: this.judge.reads,
      computes: this.judge.computes,
      short: this.#short,
      long: this.#long,
      refused: this.#refused,
      happened: this.happened.length,
      faults,
    };
  }

  /** In ms since the beginning. */
  now(): number {
    return monotonicMs() - this.#epoch;
  }

  writes(node: SoakNode, id: number, write: SoakWrite): number {
    const at = this.now();
    const version = this.judge.begins(node.index, id, write, at);
    this.#options.history.add({ node: node.index, id, at, write, version });
    return version;
  }

  versionOf(entry: Readonly<{ tenant: string; key: string }>): number {
    return this.judge.versionOf(entry);
  }

  called(node: SoakNode, calls: readonly SoakDone[], openSince: number): void {
    // Of one that was killed something may still come.
    if (this.#nodes.get(node.index) !== node) return;
    for (const done of calls) {
      this.#options.history.add({ node: node.index, ...done });
      if ("end" in done) this.#count(done);
    }
    this.judge.called(node.index, calls, openSince);
  }

  broke(node: SoakNode, why: string): void {
    this.broken.push(`node ${node.index} ${why}`);
    this.#over.abort();
  }

  get #pace(): (typeof PACES)[SoakDeployment] {
    return PACES[this.#options.deployment];
  }

  async #run(): Promise<void> {
    const { signal, seconds, onFigures } = this.#options;
    await Promise.all(Array.from({ length: NODES }, (_, n) => this.#start(n)));
    this.#startedAt = this.now();
    // A third of what was asked for is no whole number of milliseconds.
    const timeIsUp = AbortSignal.timeout(Math.round(seconds * 1000));
    const over = AbortSignal.any([signal, this.#over.signal, timeIsUp]);
    const judging = setInterval(() => {
      this.#judgeNow();
      onFigures(this.figures());
    }, JUDGE_MS);
    try {
      await letHappen(faultsOf(this.#all), this.#stage(over), (kind) => this.#tell(kind));
      await this.#all.heal();
      await Promise.all(this.#starting);
      if (signal.aborted || this.#over.signal.aborted) return;
      await this.#stop();
    } finally {
      clearInterval(judging);
      this.#endedAt = this.now();
    }
  }

  /** What is under way ends, and all is judged. */
  async #stop(): Promise<void> {
    const nodes = [...this.#nodes.values()];
    const late = pause(LONGEST_CALL_MS, "late", { ref: false });
    if ((await Promise.race([Promise.all(nodes.map((node) => node.stop())), late])) === "late")
      this.broken.push(...nodes.map((node) => `node ${node.index} did not end ${node.open}`));
    for (const { index } of nodes) this.judge.left(index, this.now());
    this.judge.judge();
    if (this.broken.length === 0) await Promise.all(nodes.map((node) => node.ended()));
  }

  async #start(index: number): Promise<void> {
    const { caching } = this.#all.plans[index] ?? { caching: {} };
    const { readers, writers, readMs, writeMs } = this.#pace;
    const seed = this.#options.seed * 1000 + 20 * this.#starts++;
    const spec = { caching, epoch: this.#epoch, seed, readers, writers, readMs, writeMs };
    this.judge.joins(index, this.now());
    const node = new SoakNode(index, spec, this);
    this.#nodes.set(index, node);
    await node.ready;
  }

  #stage(signal: AbortSignal): Stage {
    return {
      leaseMs: this.#pace.leaseMs,
      all: this.#all,
      epochs: this.#epochs,
      random: this.#random,
      signal,
      now: () => this.now(),
      node: (index) => this.#nodes.get(index),
      killed: async (index, awayMs) => {
        await this.#nodes.get(index)?.kill();
        this.#nodes.delete(index);
        this.judge.left(index, this.now());
        await pause(awayMs, undefined, { signal }).catch(() => undefined);
        // The next fault does not wait for it.
        if (!signal.aborted) this.#starting.push(this.#start(index));
      },
    };
  }

  #tell(kind: string): Happened {
    const happened = { kind, beganAt: this.now(), endedAt: Infinity };
    this.happened.push(happened);
    this.#options.history.add({ fault: kind, at: happened.beganAt });
    return happened;
  }

  #count(done: SoakEnd): void {
    if (!isAcknowledged(done)) this.#refused++;
    else if (done.ended - done.began < this.#pace.leaseMs) this.#short++;
    else this.#long++;
  }

  #judgeNow(): void {
    this.judge.judge();
    const { faults, toldUntil } = this.judge;
    if (faults.length > 0) this.#over.abort();
    if (this.now() - toldUntil < LONGEST_CALL_MS) return;
    const nodes = [...this.#nodes.values()];
    this.broken.push(...nodes.map((node) => `node ${node.index} is still at ${node.open}`));
    this.#over.abort();
  }
}
