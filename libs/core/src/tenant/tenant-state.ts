import type { ResidentSpace } from "@cogniverse/sdk";
import { SourceRegistry } from "../compute/source-registry.ts";
import { RecentFills } from "../dependencies/recent-fills.ts";
import { VerifiedSources } from "../dependencies/verified-sources.ts";
import type { Engine } from "../engine/engine.ts";
import type { Flight } from "../flight/flight.ts";
import type { TenantMirror } from "../invalidation/tenant-mirror.ts";
import type { Outcome } from "../manager/outcome.ts";
import { resolvePolicy } from "../policy/policy.ts";
import {
  tenantCounters,
  tierCounters,
  type TenantCounters,
  type TierCounters,
} from "../stats/counters.ts";
import type { Tier } from "../tier/tier.ts";
import { FamilyState } from "./family-state.ts";

/** Beyond so many families those without a policy of their own are counted as one, so that keys without a common beginning cost no memory each. */
const MAX_FAMILIES = 256;
/** No key begins like this. */
const OTHER_FAMILIES = "(other)";

/** A flight in the air and what will come of it. */
export interface Airborne {
  readonly flight: Flight;
  readonly outcome: Promise<Outcome>;
}

/** Everything this process keeps for one tenant. Looked up once, by `forTenant`. */
export class TenantState {
  readonly tenantId: string;
  readonly mirror: TenantMirror;
  readonly flights: Map<string, Airborne> = new Map();
  /** Flights of `refresh` and `bypass`, which nobody joins; known so that closing aborts them too. */
  readonly unshared: Set<Flight> = new Set();
  readonly sources: SourceRegistry = new SourceRegistry();
  /** What this node filled and may have to tell of, in a deployment of several. */
  readonly fills: RecentFills = new RecentFills();
  /** What this node need not look at once more before it stores what was derived from it. */
  readonly verified: VerifiedSources = new VerifiedSources();
  readonly counters: TenantCounters = tenantCounters();
  readonly tiers: readonly TierCounters[];
  /** By tier index; `undefined` where the tier keeps no decoded values. */
  readonly spaces: readonly (ResidentSpace | undefined)[];
  readonly families: Map<string, FamilyState> = new Map();
  readonly #engine: Engine;

  constructor(engine: Engine, tenantId: string) {
    this.#engine = engine;
    this.tenantId = tenantId;
    this.mirror = engine.mirror.tenant(tenantId);
    this.tiers = engine.tiers.map(() => tierCounters());
    this.spaces = engine.tiers.map((tier) => tier.residents?.space(tenantId));
  }

  /** That of a key. Families are told as they are called, so one that would be a whole key is counted with the others unless it has a policy. */
  family({ family: name, path }: Readonly<{ family: string; path: string }>): FamilyState {
    return this.families.get(name) ?? this.#meet(name, !path.includes("/"));
  }

  #meet(name: string, isWholeKey: boolean): FamilyState {
    const { defaultPolicy, policies, tenants } = this.#engine.policies;
    const own = tenants?.[this.tenantId]?.policies;
    const known = Object.hasOwn(policies ?? {}, name) || Object.hasOwn(own ?? {}, name);
    if (!known && (isWholeKey || this.families.size >= MAX_FAMILIES)) {
      const shared = this.families.get(OTHER_FAMILIES);
      if (shared !== undefined) return shared;
      name = OTHER_FAMILIES;
    }
    const policy = resolvePolicy(defaultPolicy, ...(known ? [policies?.[name], own?.[name]] : []));
    const family = new FamilyState(name, policy, this.#engine.tiers);
    this.families.set(name, family);
    return family;
  }

  /** The tenant was purged: what this process knows and has counted of it is of one that is gone. Flights in the air end by themselves; what they store is dead. */
  beginAnew(): void {
    this.sources.clear();
    this.verified.clear();
    this.families.clear();
    Object.assign(this.counters, tenantCounters());
    for (const counters of this.tiers) Object.assign(counters, tierCounters());
  }

  tierCounters(tier: Tier): TierCounters {
    const counters = this.tiers[tier.index];
    if (counters === undefined)
      throw new RangeError(`Tier "${tier.name}" is not one of this cache`);
    return counters;
  }
}
