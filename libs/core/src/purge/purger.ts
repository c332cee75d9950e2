import type { Attributes, Call, LogRecord, Position } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Invalidator } from "../manager/invalidator.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { abortable } from "../time/abortable.ts";
import { alwaysTraced, type Traced } from "../trace/traced.ts";
import { forgetHere } from "./forget-here.ts";
import type { PurgeOptions, PurgeReport, TierPurge } from "./purge-report.ts";
import { purgeTier } from "./purge-tier.ts";

/** Removes whole tenants: dead at once everywhere by one record, then gone from every tier. */
export class Purger {
  readonly #engine: Engine;
  readonly #invalidator: Invalidator;
  readonly #tenantOf: (tenantId: string) => TenantState;
  readonly #closing = new AbortController();
  /** Where the last purge of a tenant stands in the log, as far as this node has heard. */
  readonly #heard = new Map<string, Position>();
  /** Tenants that are being purged from here, in every tier. */
  readonly #purging = new Set<string>();

  constructor(
    engine: Engine,
    invalidator: Invalidator,
    tenantOf: (tenantId: string) => TenantState,
  ) {
    this.#engine = engine;
    this.#invalidator = invalidator;
    this.#tenantOf = tenantOf;
    engine.mirror.onPurge((record) => this.#hear(record));
  }

  /** Ends the purges that run, which reject with `reason`. */
  close(reason: unknown): void {
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
    const { clock, background, tiers } = this.#engine;
    const { tenantId } = tenant;
    const closing = this.#closing.signal;
    const own = options.signal ?? undefined;
    const signal = own === undefined ? closing : AbortSignal.any([own, closing]);
    const call: Call = { signal };
    signal.throwIfAborted();
    const startedAt = clock.monotonic();
    this.#purging.add(tenantId);
    try {
      const { reason, onProgress } = options;
      const { position, nodes } = await this.#invalidator.purge(tenant, { reason, signal });
      await abortable(background.flush(), signal);
      const purged = await Promise.all(
        tiers.map((tier): Promise<TierPurge> => {
          const onRemoved = (removed: number): void => onProgress?.({ tier: tier.name, removed });
          return purgeTier(tier, { tenantId, call, onRemoved });
        }),
      );
      const removed = purged.reduce((sum, one) => sum + one.removed, 0);
      const elapsedMs = clock.monotonic() - startedAt;
      return { tenantId, position, nodes, elapsedMs, removed, tiers: purged };
    } finally {
      this.#purging.delete(tenantId);
    }
  }

  /** While records are applied: what this node keeps of the tenant begins anew; its own tiers follow once all has been applied. */
  #hear({ tenantId, position }: LogRecord): void {
    if (this.#closing.signal.aborted || this.#heard.get(tenantId) === position) return;
    this.#heard.set(tenantId, position);
    const tenant = this.#tenantOf(tenantId);
    tenant.beginAnew();
    if (this.#purging.has(tenantId)) return;
    queueMicrotask(() => {
      const { signal } = this.#closing;
      if (!signal.aborted)
        void this.#engine.background.track(forgetHere(this.#engine, tenant, signal));
    });
  }
}

function described({ position, nodes, removed }: PurgeReport): Attributes {
  return { "cache.position": position, "cache.nodes": nodes, "cache.swept": removed };
}
