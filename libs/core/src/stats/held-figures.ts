import type { Attributes, BackendStats } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import type { Readings } from "./readings.ts";

/** One tenant's share of one tier, as it was last told. */
type Held = Readonly<{ attributes: Attributes; tier: Tier; stats: BackendStats }>;

/**
 * What tiers hold, for whoever collects. A collector never waits for a backend: it is given what was last told, and sets off asking anew where that is
 * older than the interval. So nobody is asked while nobody collects, and the first collection has nothing. Only tiers of this process and machine are
 * asked: figures of a shared one cost it a listing, or a walk over its index, for each tenant of each node.
 */
export class HeldFigures implements Disposable {
  readonly #engine: Engine;
  readonly #tenants: () => readonly TenantState[];
  readonly #tiers: readonly Tier[];
  readonly #closing = new AbortController();
  #held: readonly Held[] = [];
  /** On the monotonic clock. */
  #askedAt = -Infinity;
  #isAsking = false;

  constructor(engine: Engine, tenants: () => readonly TenantState[]) {
    this.#engine = engine;
    this.#tenants = tenants;
    this.#tiers = engine.tiers.filter(
      ({ backend }) => backend.traits !== undefined && backend.traits.locality !== "shared",
    );
  }

  readings(): Readings {
    return {
      "cache.size": (emit) => {
        for (const { attributes, stats } of this.#current()) emit(stats.bytes, attributes);
      },
      "cache.entries": (emit) => {
        for (const { attributes, stats } of this.#current()) emit(stats.entries, attributes);
      },
      "cache.used": (emit) => this.#detail("usedBytes", emit),
      "cache.capacity": (emit) => this.#detail("capacityBytes", emit),
    };
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  /** A figure of a whole tier, which its backend tells with each tenant's. */
  #detail(name: string, emit: (value: number, attributes: Attributes) => void): void {
    const held = this.#current();
    for (const tier of this.#tiers) {
      const value = held.findLast((one) => one.tier === tier)?.stats.details?.[name];
      if (value !== undefined) emit(value, { tier: tier.name });
    }
  }

  #current(): readonly Held[] {
    const now = this.#engine.clock.monotonic();
    if (!this.#isAsking && now >= this.#askedAt + this.#engine.figuresIntervalMs) {
      this.#askedAt = now;
      void this.#ask();
    }
    return this.#held;
  }

  /** One question after the other: of a thousand tenants too, readers shall notice nothing. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    const held: Held[] = [];
    try {
      for (const { tenantId } of this.#tenants()) {
        for (const tier of this.#tiers) {
          const stats = await this.#statsOf(tier, tenantId);
          const attributes = { "tenant.id": tenantId, tier: tier.name };
          if (stats !== undefined) held.push({ attributes, tier, stats });
        }
      }
      this.#held = held;
    } catch {
      // Closed meanwhile: nobody will collect again.
    } finally {
      this.#isAsking = false;
    }
  }

  /** `undefined` where the tier is down: of what it holds nothing is known. */
  async #statsOf(tier: Tier, tenantId: string): Promise<BackendStats | undefined> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const answer = await tier.call(
      { what: "stats", tenantId },
      (call) => tier.backend.getStats(tenantId, call),
      { signal },
    );
    return answer.up ? answer.value : undefined;
  }
}
