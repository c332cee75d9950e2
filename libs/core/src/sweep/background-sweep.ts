import { CacheError } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import { TenantState } from "../tenant/tenant-state.ts";
import type { BackgroundSweepOptions } from "./background-options.ts";
import type { Claiming } from "./sweep-claim.ts";
import type { SweepReport } from "./sweep-report.ts";

/** Whom a manager serves, by tenant id. */
export type ServedTenants = ReadonlyMap<string, Readonly<{ state: TenantState }>>;

/** Makes a tenant one that a manager serves. */
export type MeetTenant = (tenantId: string) => Readonly<{ state: TenantState }>;

/** What {@link BackgroundSweep} needs. */
type Parts = Readonly<{
  engine: Engine;
  options: BackgroundSweepOptions;
  served: ServedTenants;
  meet: MeetTenant;
  sweep: (tenant: TenantState, patience: Claiming["patience"]) => Promise<SweepReport>;
}>;

/** The first round comes after this share of the interval at least: a process that runs one command sweeps nothing. */
const LEAST_SHARE = 0.1;
/** A tier whose last complete sweep, anybody's, is younger than this share of the interval is left for now. */
const YOUNG_SHARE = 0.5;
/** Longer than timers can be set, nearly. */
const LONGEST_MS = 14 * 86_400_000;

/**
 * Sweeps now and then what the log has records of: a tenant without any has nothing dead. What no record has touched since its last complete sweep is not
 * looked at again, and of the nodes that share a tier the first to come sweeps it for all.
 */
export class BackgroundSweep implements Disposable {
  readonly #parts: Parts;
  #timer: Disposable | undefined;
  #closed = false;

  /** Throws `invalid_config` for an interval that no timer can be set to. */
  constructor(parts: Parts) {
    this.#parts = parts;
    const { engine, options } = parts;
    const { intervalMs } = options;
    if (!(intervalMs > 0 && intervalMs <= LONGEST_MS))
      throw new CacheError(
        "invalid_config",
        `sweep.intervalMs is ${intervalMs}: milliseconds above 0, at most ${LONGEST_MS}`,
      );
    const share = LEAST_SHARE + (1 - LEAST_SHARE) * engine.random.next();
    this.#in(intervalMs * share);
  }

  /** No round begins any more; the sweep that runs is ended by whoever runs it. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
  }

  #in(delayMs: number): void {
    if (this.#closed) return;
    const { engine, options } = this.#parts;
    this.#timer = engine.clock.after(delayMs, () => void this.#turn(options.intervalMs));
  }

  async #turn(intervalMs: number): Promise<void> {
    const { engine, served } = this.#parts;
    const ids = new Set([...engine.mirror.tenantIds(), ...served.keys()]);
    for (const tenantId of ids) if (this.#closed || !(await this.#sweep(tenantId))) break;
    this.#in(intervalMs * (0.9 + 0.2 * engine.random.next()));
  }

  /** Resolves whether it is worth going on with the next tenant. */
  async #sweep(tenantId: string): Promise<boolean> {
    const { engine, options, served, sweep } = this.#parts;
    const known = served.get(tenantId)?.state;
    try {
      const youngMs = YOUNG_SHARE * options.intervalMs;
      const report = await sweep(known ?? new TenantState(engine, tenantId), { youngMs });
      if (report.deleted > 0) this.#tell(report, known !== undefined);
      return true;
    } catch (error) {
      if (this.#closed) return false;
      const why = error instanceof Error ? error.message : String(error);
      engine.logger.warn("a sweep in the background failed", { tenant: tenantId, why });
      return !(CacheError.isInstance(error) && error.retryable);
    }
  }

  #tell({ tenantId, deleted, tiers }: SweepReport, counted: boolean): void {
    const { engine, meet } = this.#parts;
    engine.logger.info("swept in the background", { tenant: tenantId, deleted });
    if (counted) return;
    const { state } = meet(tenantId);
    for (const swept of tiers) {
      const tier = engine.tiers.find(({ name }) => name === swept.tier);
      if (tier !== undefined) state.tierCounters(tier).swept += swept.deleted;
    }
  }
}
