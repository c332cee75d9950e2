import {
  plainSession,
  type Clock,
  type EntryMetadata,
  type InvalidationLog,
  type Logger,
  type LogSession,
  type Prices,
  type Random,
  type SessionTable,
  type TelemetryPort,
} from "@cogniverse/sdk";
import { checkOptions } from "./check-options.ts";
import { ComputeScopes } from "../compute/compute-scope.ts";
import { Coherence } from "../invalidation/coherence.ts";
import { chooseTruth } from "../invalidation/choose-log.ts";
import { MemoryLog } from "../invalidation/memory-log.ts";
import { Mirror } from "../invalidation/mirror.ts";
import type { CacheManagerOptions } from "../manager/manager-options.ts";
import { silentLogger } from "../defaults/silent-logger.ts";
import { noTelemetry } from "../defaults/no-telemetry.ts";
import { systemRandom } from "../defaults/system-random.ts";
import { TableSession } from "../invalidation/table-session.ts";
import type { TenantMirror } from "../invalidation/tenant-mirror.ts";
import { systemClock } from "../time/system-clock.ts";
import { Background } from "../tier/background.ts";
import { Tier } from "../tier/tier.ts";

/** What all tenants and calls of one manager share. */
export class Engine {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry: TelemetryPort;
  readonly node: string;
  readonly mirror: Mirror = new Mirror();
  readonly scopes: ComputeScopes = new ComputeScopes();
  readonly tiers: readonly Tier[];
  readonly log: InvalidationLog;
  readonly coherence: Coherence;
  readonly background: Background;
  readonly prices: Prices | undefined;
  readonly figuresIntervalMs: number;
  /** On the monotonic clock: since when the counters count. */
  readonly startedAt: number;
  /** A read that took so long is told of also where nothing else records. */
  readonly slowReadMs: number;
  readonly policies: Pick<CacheManagerOptions, "defaultPolicy" | "policies" | "tenants">;

  constructor(options: CacheManagerOptions) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
    this.logger = options.logger ?? silentLogger;
    this.telemetry = options.telemetry ?? noTelemetry;
    const id = this.random.id();
    this.node = options.node === undefined ? id : `${options.node}/${id.slice(0, 8)}`;
    this.policies = options;
    this.prices = options.prices;
    this.figuresIntervalMs = options.figuresIntervalMs ?? 60_000;
    this.startedAt = this.clock.monotonic();
    this.slowReadMs = options.slowReadMs ?? 250;
    checkOptions(options);
    this.tiers = options.tiers.map((tier, index) => new Tier(tier, index, this));
    this.background = new Background(options.backgroundLimit ?? 64);
    const { log, table } = chooseTruth(
      options.tiers.map((t) => t.backend),
      options,
    );
    const truth = log ?? new MemoryLog(this.random.id());
    this.log = truth;
    const { mirror, clock, logger } = this;
    this.coherence = new Coherence({
      log: truth,
      session: this.#session(truth, table),
      mirror,
      clock,
      logger,
      readLimitMs: options.coherenceWaitMs ?? 1000,
    });
  }

  #session(log: InvalidationLog, table: SessionTable | undefined): LogSession {
    const { clock, random } = this;
    if (table !== undefined) return new TableSession({ log, table, clock, random });
    return log.session?.() ?? plainSession(log);
  }

  /** Protocol rule 4 for one copy: dead under another log, or by a record on one of its scopes. */
  isDead(
    mirror: TenantMirror,
    path: string,
    copy: Pick<EntryMetadata, "logId" | "asOf" | "tags" | "inherited">,
  ): boolean {
    return copy.logId !== this.coherence.logId || mirror.kill(path, copy) !== undefined;
  }
}
