import { memoryBackend } from "@cogniverse/cache-memory";
import { CacheManager, silentLogger, type CacheManagerOptions } from "@cogniverse/core";
import type { CacheBackend } from "@cogniverse/sdk";
import {
  entryBackend,
  FakeClock,
  faultBackend,
  faultLog,
  FaultScript,
  recordingLogger,
  settle,
  type FaultBackend,
  type RecordingLogger,
} from "@cogniverse/testkit";
import { LEASE_MS, sharedLog, type SharedLog, type SharedLogOptions } from "./shared-log.ts";

/** One node: a manager with a memory tier of its own, and the script by which its own way to the log fails. */
export interface Node {
  readonly cache: CacheManager;
  readonly memory: CacheBackend;
  readonly logFaults: FaultScript;
  readonly logger: RecordingLogger;
}

/** What differs for one node. */
export interface NodeOptions extends Partial<CacheManagerOptions> {
  /** Its own clock; left out: that of the deployment. */
  readonly clock?: FakeClock;
}

/** How the script of a node's way to the log stops that way for good. */
export const cut = { times: Infinity } as const;

/** Nodes in one process that share a log and a tier, on a clock that stands still. */
export class Deployment {
  readonly clock: FakeClock = new FakeClock();
  readonly shared: SharedLog;
  readonly warm: FaultBackend;
  readonly #clocks: Set<FakeClock>;
  readonly #nodes: Node[] = [];

  constructor(options: SharedLogOptions = {}) {
    this.shared = sharedLog(options);
    this.#clocks = new Set([this.clock]);
    const traits = { locality: "shared", durable: true } as const;
    this.warm = faultBackend(entryBackend({ clock: this.clock, traits }));
  }

  node(options: NodeOptions = {}): Node {
    const clock = options.clock ?? this.clock;
    this.#clocks.add(clock);
    const logFaults = new FaultScript();
    const logger = recordingLogger();
    const memory = memoryBackend({}, { clock, logger: silentLogger });
    const cache = new CacheManager({
      tiers: [
        { name: "memory", backend: memory },
        { name: "warm", backend: this.warm },
      ],
      log: faultLog(this.shared.log, logFaults),
      logger,
      ...options,
      clock,
    });
    const node = { cache, memory, logFaults, logger };
    this.#nodes.push(node);
    return node;
  }

  /** Time passes for every clock alike, in steps, so that heartbeats of all nodes take turns. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS)
      for (const clock of this.#clocks) await clock.advanceAndSettle(Math.min(STEP_MS, left));
  }

  /** Lets D pass, which is what an acknowledgement waits for, and gives its outcome. */
  async acknowledged<R>(pending: Promise<R>): Promise<R> {
    await settle();
    await this.pass(LEASE_MS);
    return pending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { cache } of this.#nodes) await cache.close();
  }
}

const STEP_MS = 10;
