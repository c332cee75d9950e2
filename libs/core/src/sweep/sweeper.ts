import { CacheError, type Call, type Options, type Span } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { abortable } from "../time/abortable.ts";
import type { Tier } from "../tier/tier.ts";
import { BackgroundSweep, type MeetTenant, type ServedTenants } from "./background-sweep.ts";
import type { BackgroundSweepOptions } from "./background-options.ts";
import type { Seen } from "./course.ts";
import { Pace } from "./pace.ts";
import { SweepClaim, type Claiming } from "./sweep-claim.ts";
import type { SweepMark } from "./sweep-mark.ts";
import type { SweepProgress, SweepReport, TierSweep } from "./sweep-report.ts";
import { TierSweeper } from "./tier-sweeper.ts";
import { Verdicts } from "./verdicts.ts";

/** Copies a second that a sweep looks at in each tier where nobody says: what readers beside it do not feel, by docs/performance.md. */
export const DEFAULT_SWEEP_RATE = 1000;
/** The same in the background, where the process that sweeps is one that reads. */
export const DEFAULT_BACKGROUND_SWEEP_RATE = 500;

/**
 * Options of a sweep. `signal` ends it: what was deleted until then stays so, and the next sweep goes on there. `onProgress`: told after each step and at the
 * end of a tier; must not throw. `rate`: copies a second at most, above 0, Infinity = as fast as the tiers answer; default 1,000. A slow tier is asked
 * less: after each step a sweep rests four times as long as the step took, but with Infinity.
 */
export type SweepOptions = Options<{
  signal: AbortSignal;
  onProgress: (progress: SweepProgress) => void;
  rate: number;
}>;

/** How one sweep goes about it. */
type Sweeping = Readonly<{
  signal: AbortSignal;
  onProgress: ((progress: SweepProgress) => void) | undefined;
  rate: number;
  patience: Claiming["patience"];
}>;

/** Deletes what invalidations have killed: one tenant, one tier after the other. Of two sweeps of one tenant the second waits for the first. */
export class Sweeper {
  readonly #engine: Engine;
  readonly #closing = new AbortController();
  #background: BackgroundSweep | undefined;
  /** By tenant: what the next sweep of it waits for. */
  readonly #latest = new Map<string, Promise<unknown>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** From now on sweeps in the background too. `served`: tenants of this manager; `meet` makes a tenant one of them. Throws `invalid_config`. */
  every(options: BackgroundSweepOptions, served: ServedTenants, meet: MeetTenant): void {
    const { rate = DEFAULT_BACKGROUND_SWEEP_RATE } = options;
    checkSweepRate("sweep.rate", rate);
    const sweep = (tenant: TenantState, patience: Claiming["patience"]): Promise<SweepReport> =>
      this.sweep(tenant, { rate }, patience);
    this.#background = new BackgroundSweep({ engine: this.#engine, options, served, meet, sweep });
  }

  /** Ends the sweeps that run, which reject with `reason`; none begins any more in the background. */
  close(reason: unknown): void {
    this.#background?.[Symbol.dispose]();
    this.#closing.abort(reason);
  }

  /** Throws `tier_unavailable` where the invalidation log cannot be read: nobody can tell then what is dead. */
  async sweep(
    tenant: TenantState,
    options: SweepOptions,
    patience: Claiming["patience"] = "patient",
  ): Promise<SweepReport> {
    const { signal: own, onProgress, rate = DEFAULT_SWEEP_RATE } = options;
    checkSweepRate("rate", rate);
    const closing = this.#closing.signal;
    const signal = own === undefined ? closing : AbortSignal.any([own, closing]);
    return this.#traced(tenant, { signal, onProgress, rate, patience });
  }

  async #traced(tenant: TenantState, sweeping: Sweeping): Promise<SweepReport> {
    const { telemetry, background } = this.#engine;
    const span = telemetry.startSpan("cache.sweep", tenant.tenantId, { always: true });
    const running = span.within(() => this.#inTurn(tenant, sweeping));
    void background.track(running.catch(() => undefined));
    try {
      // Who leaves does not wait until the place is noted where the next sweep goes on.
      const report = await abortable(running, sweeping.signal);
      describe(span, report);
      return report;
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      span.end();
    }
  }

  async #inTurn(tenant: TenantState, sweeping: Sweeping): Promise<SweepReport> {
    const { tenantId } = tenant;
    const before = this.#latest.get(tenantId) ?? Promise.resolve();
    const sweep = (): Promise<SweepReport> => this.#sweep(tenant, sweeping);
    const running = before.then(sweep, sweep);
    this.#latest.set(tenantId, running);
    try {
      return await running;
    } finally {
      if (this.#latest.get(tenantId) === running) this.#latest.delete(tenantId);
    }
  }

  async #sweep(tenant: TenantState, sweeping: Sweeping): Promise<SweepReport> {
    const { signal } = sweeping;
    const call: Call = { signal };
    signal.throwIfAborted();
    await this.#catchUp(call);
    const verdicts = new Verdicts(this.#engine, tenant, call);
    const tiers: TierSweep[] = [];
    for (const tier of this.#engine.tiers)
      tiers.push(await this.#sweepTier(tier, tenant, sweeping, verdicts));
    return {
      tenantId: tenant.tenantId,
      scanned: tiers.reduce((sum, { scanned }) => sum + scanned, 0),
      deleted: tiers.reduce((sum, { deleted }) => sum + deleted, 0),
      tiers,
    };
  }

  async #sweepTier(
    tier: Tier,
    tenant: TenantState,
    { signal, onProgress, rate, patience }: Sweeping,
    verdicts: Verdicts,
  ): Promise<TierSweep> {
    const { clock, node, coherence } = this.#engine;
    const { tenantId } = tenant;
    const seen: Seen = { logId: coherence.logId, position: tenant.mirror.last };
    const onElsewhere = ({ counts: { scanned, deleted } }: SweepMark): void =>
      onProgress?.({ tier: tier.name, scanned, deleted, elsewhere: true });
    const claim =
      tier.traits.locality === "process"
        ? undefined
        : new SweepClaim({ tier, tenantId, node, clock, signal, patience, onElsewhere });
    const pace = new Pace(clock, rate);
    const total = onProgress === undefined ? undefined : await copiesIn(tier, tenantId, signal);
    const sweeping = { tier, tenant, verdicts, claim, seen, pace, clock, signal, total };
    return new TierSweeper({ ...sweeping, onProgress }).run();
  }

  /** So that all that was acknowledged before the sweep is swept, wherever it was invalidated. */
  async #catchUp(call: Call): Promise<void> {
    const { coherence } = this.#engine;
    if (!coherence.serves()) await coherence.renew();
    if (!coherence.serves())
      throw new CacheError(
        "tier_unavailable",
        "The invalidation log cannot be read, so nobody can tell what is dead and nothing was swept: sweep again when it can",
        { retryable: true },
      );
    await coherence.caughtUp(call);
  }
}

/** Throws `invalid_config` that names the option. */
function checkSweepRate(name: string, rate: number): void {
  if (rate > 0) return;
  throw new CacheError(
    "invalid_config",
    `${name} is ${rate}: copies a second, above 0; Infinity for no limit`,
  );
}

/** About how many copies of the tenant a tier holds, for people who wait; `undefined` where it does not tell. */
async function copiesIn(
  tier: Tier,
  tenantId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const answer = await tier.call(
    { what: "stats", tenantId },
    (call) => tier.backend.getStats(tenantId, call),
    { signal },
  );
  return answer.up ? answer.value.entries : undefined;
}

function describe(span: Span, { scanned, deleted, tiers }: SweepReport): void {
  if (!span.isRecording) return;
  span.setAttributes({ "cache.scanned": scanned, "cache.swept": deleted });
  for (const { tier, state, ...counts } of tiers)
    span.addEvent("cache.tier", {
      "cache.tier": tier,
      "cache.outcome": state,
      "cache.scanned": counts.scanned,
      "cache.dead": counts.dead,
      "cache.expired": counts.expired,
      "cache.swept": counts.deleted,
    });
}
