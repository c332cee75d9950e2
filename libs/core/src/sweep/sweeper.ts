import { CacheError, type Call, type Options, type Span } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { SweepProgress, SweepReport, TierSweep } from "./sweep-report.ts";
import { TierSweeper } from "./tier-sweeper.ts";
import { Verdicts } from "./verdicts.ts";

/** Options of a sweep. `signal` ends it: what was deleted until then stays so. `onProgress`: told every few hundred copies and at the end of a tier; must not throw. */
export type SweepOptions = Options<{
  signal: AbortSignal;
  onProgress: (progress: SweepProgress) => void;
}>;

/** Deletes what invalidations have killed: one tenant, one tier after the other. */
export class Sweeper {
  readonly #engine: Engine;
  readonly #closing = new AbortController();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Ends the sweeps that run, which reject with `reason`. */
  close(reason: unknown): void {
    this.#closing.abort(reason);
  }

  /** Throws `tier_unavailable` where the invalidation log cannot be read: nobody can tell then what is dead. */
  async sweep(tenant: TenantState, options: SweepOptions): Promise<SweepReport> {
    const { telemetry, background } = this.#engine;
    const span = telemetry.startSpan("cache.sweep", tenant.tenantId, { always: true });
    const sweeping = span.within(() => this.#sweep(tenant, options));
    void background.track(sweeping.catch(() => undefined));
    try {
      const report = await sweeping;
      describe(span, report);
      return report;
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      span.end();
    }
  }

  async #sweep(tenant: TenantState, options: SweepOptions): Promise<SweepReport> {
    const { signal: own, onProgress } = options;
    const closing = this.#closing.signal;
    const signal = own === undefined ? closing : AbortSignal.any([own, closing]);
    const call: Call = { signal };
    signal.throwIfAborted();
    await this.#catchUp(call);
    const verdicts = new Verdicts(this.#engine, tenant, call);
    const tiers: TierSweep[] = [];
    for (const tier of this.#engine.tiers)
      tiers.push(await new TierSweeper({ tier, tenant, verdicts, signal, onProgress }).run());
    return {
      tenantId: tenant.tenantId,
      scanned: tiers.reduce((sum, { scanned }) => sum + scanned, 0),
      deleted: tiers.reduce((sum, { deleted }) => sum + deleted, 0),
      tiers,
    };
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
