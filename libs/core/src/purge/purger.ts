import { START, type Attributes, type Call, type LogRecord, type Position } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Invalidator } from "../manager/invalidator.ts";
import type { ServedTenants } from "../sweep/background-sweep.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { abortable } from "../time/abortable.ts";
import { alwaysTraced, type Traced } from "../trace/traced.ts";
import { LogForgetting } from "./log-forgetting.ts";
import { tombstoneOf, type PurgeSeen } from "./purge-record.ts";
import type { PurgeOptions, PurgeReport, TierPurge } from "./purge-report.ts";
import { purgeTier } from "./purge-tier.ts";
import { TierPurges, type Heard } from "./tier-purges.ts";

/** Where a purge of this node stands in the log, and what came of it in each tier. */
type Done = Readonly<{ position: Position; tiers: readonly TierPurge[] }>;

/** Removes whole tenants: dead at once everywhere by one record, then gone from every tier. */
export class Purger {
  readonly #engine: Engine;
  readonly #invalidator: Invalidator;
  readonly #served: ServedTenants;
  readonly #ownTiers: readonly TierPurges[];
  readonly #log: LogForgetting;
  readonly #closing = new AbortController();
  /** Where the last purge of a tenant stands in the log, as far as this node has heard. */
  readonly #heard = new Map<string, string>();
  /** Tenants that are being purged from here, in every tier, and the last purge of them that was heard of meanwhile, their own or another. */
  readonly #purging = new Map<string, Heard | undefined>();

  constructor(engine: Engine, invalidator: Invalidator, served: ServedTenants) {
    this.#engine = engine;
    this.#invalidator = invalidator;
    this.#served = served;
    const { signal } = this.#closing;
    this.#ownTiers = engine.tiers
      .filter(({ traits }) => traits.locality !== "shared")
      .map((tier) => new TierPurges({ engine, tier, served, signal }));
    this.#log = new LogForgetting(engine, signal);
    engine.mirror.onPurges((purges, isStart) => this.#hear(purges, isStart));
  }

  /** Ends the purges that run, which reject with `reason`. */
  close(reason: unknown): void {
    this.#log[Symbol.dispose]();
    this.#closing.abort(reason);
  }

  /**
   * Order: record durable and acknowledged by every node, so that nobody sends a store of what was there before; then what this node has under way; then
   * the tiers, side by side. Rejects where the log cannot be reached: nothing was done then, or where the signal aborts.
   */
  purge(tenant: TenantState, options: PurgeOptions): Promise<PurgeReport> {
    const { tenantId } = tenant;
    const about = (): Traced => ({ name: "cache.purge", tenantId, attributes: {} });
    const run = (): Promise<PurgeReport> => this.#purge(tenant, options);
    return alwaysTraced(this.#engine, about, run, described);
  }

  async #purge(tenant: TenantState, options: PurgeOptions): Promise<PurgeReport> {
    const { clock, background, coherence, tiers } = this.#engine;
    const { tenantId } = tenant;
    const closing = this.#closing.signal;
    const own = options.signal ?? undefined;
    const signal = own === undefined ? closing : AbortSignal.any([own, closing]);
    const call: Call = { signal };
    signal.throwIfAborted();
    const startedAt = clock.monotonic();
    this.#purging.set(tenantId, undefined);
    for (const tier of this.#ownTiers) tier.hold();
    let done: Done = { position: START, tiers: [] };
    try {
      const { reason, onProgress } = options;
      if (!coherence.serves()) await abortable(coherence.renew(), signal);
      const hadRecord = tenant.mirror.last > START;
      const { position, nodes } = await this.#invalidator.purge(tenant, { reason, signal });
      await abortable(background.flush(), signal);
      const ofTier = (tier: Tier): Promise<TierPurge> => {
        const onRemoved = (removed: number): void => onProgress?.({ tier: tier.name, removed });
        return purgeTier(tier, { tenantId, call, onRemoved });
      };
      // No reader lags behind the purge any more, so none has to begin anew for what the log forgets.
      const [log, ...purged] = await Promise.all([
        this.#log.now({ tenantId, before: tombstoneOf(position) }, call),
        ...tiers.map(ofTier),
      ]);
      const removed = purged.reduce((sum, one) => sum + one.removed, 0);
      done = { position, tiers: purged };
      const elapsedMs = clock.monotonic() - startedAt;
      const isKnown = hadRecord || removed > 0;
      return { tenantId, position, nodes, elapsedMs, removed, isKnown, tiers: purged, log };
    } finally {
      this.#release(tenantId, done);
    }
  }

  /** What own tiers keep of a tenant whose purge ended before its time, or was followed by another's, is removed with the next purge, or at the next start. */
  #release(tenantId: string, { position, tiers }: Done): void {
    const heard = this.#purging.get(tenantId);
    this.#purging.delete(tenantId);
    const emptied = new Set(tiers.filter(({ state }) => state === "complete").map((t) => t.tier));
    const isLast = heard !== undefined && heard.record.position <= position;
    for (const own of this.#ownTiers) {
      const left = isLast && emptied.has(own.tier) ? undefined : heard;
      void this.#engine.background.track(own.release(left));
    }
  }

  /** Once all has been applied: what this node keeps of the tenants begins anew, and its own tiers follow. */
  #hear(purges: readonly PurgeSeen[], isStart: boolean): void {
    if (this.#closing.signal.aborted) return;
    const { logId } = this.#engine.coherence;
    const news = purges.filter(({ record }) => this.#isNew(logId, record));
    for (const { record } of news) this.#served.get(record.tenantId)?.state.beginAnew();
    for (const { record } of news)
      if (this.#purging.has(record.tenantId)) this.#purging.set(record.tenantId, { logId, record });
    const others = news.filter(({ record }) => !this.#purging.has(record.tenantId));
    if (others.length === 0) return;
    const heard = others.map(({ record }): Heard => ({ logId, record }));
    for (const tier of this.#ownTiers) void this.#engine.background.track(tier.add(heard, isStart));
    // Whoever purged does it himself, unless he was stopped: then a snapshot tells what is left, or nobody has looked yet.
    this.#log.later(others.filter(({ older }) => older || !isStart).map(({ record }) => record));
  }

  #isNew(logId: string, { tenantId, position }: LogRecord): boolean {
    const place = `${position} ${logId}`;
    const isNew = this.#heard.get(tenantId) !== place;
    this.#heard.set(tenantId, place);
    return isNew;
  }
}

function described({ position, nodes, removed }: PurgeReport): Attributes {
  return { "cache.position": position, "cache.nodes": nodes, "cache.swept": removed };
}
