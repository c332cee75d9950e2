import type { Call, Key, Scope } from "@cogniverse/sdk";
import { lineageOf, type Lineage } from "../dependencies/lineage.ts";
import type { Engine } from "../engine/engine.ts";
import type { KeyRegistry } from "../keys/key-registry.ts";
import type { Purger } from "../purge/purger.ts";
import type { PurgeOptions, PurgeReport } from "../purge/purge-report.ts";
import type { Sweeper, SweepOptions } from "../sweep/sweeper.ts";
import type { SweepReport } from "../sweep/sweep-report.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { canonicalScope } from "./canonical-scope.ts";
import { explainKey, inspectKey, type CopyInfo, type KeyExplanation } from "./inspection.ts";
import { previewScope, type ScopePreview } from "./preview.ts";

/** What answers an operator's call on one tenant. */
export type Asked = Readonly<{
  engine: Engine;
  registry: KeyRegistry;
  sweeper: Sweeper;
  purger: Purger;
  tenant: TenantState;
}>;

/** What operators ask of a cache, off every reader's path. */
export abstract class OperatorCalls {
  /** Runs a call on a tenant; rejects where its id is bad or the cache was closed. */
  protected abstract ask<R>(tenantId: string, run: (asked: Asked) => Promise<R>): Promise<R>;

  /** Every tier's copy of a key and whether it would be served. Moves no value. */
  inspect(key: Key<unknown> | string, tenantId: string, call?: Call): Promise<readonly CopyInfo[]> {
    return this.ask(tenantId, async ({ engine, registry, tenant }) =>
      inspectKey(engine, tenant, registry.resolve(key), call?.signal ?? undefined),
    );
  }

  /** Why a key is served or not: for every tier the record that killed its copy, when, from which node and for what reason, and all that would kill an older one. */
  explain(key: Key<unknown> | string, tenantId: string, call?: Call): Promise<KeyExplanation> {
    return this.ask(tenantId, async ({ engine, registry, tenant }) =>
      explainKey(engine, tenant, registry.resolve(key), call?.signal ?? undefined),
    );
  }

  /** What a key was derived from, over every level whose copies are there: each source with the position and content it was read at, and whether it died since. */
  lineage(key: Key<unknown> | string, tenantId: string, call?: Call): Promise<Lineage> {
    return this.ask(tenantId, async ({ engine, registry, tenant }) =>
      lineageOf(engine, tenant, registry.resolve(key), call?.signal ?? undefined),
    );
  }

  /** What an invalidation of the scope would kill: living entries, their bytes, and what is derived from them, by tier. Reads all metadata of the tenant. */
  preview(scope: Scope | Key<unknown>, tenantId: string, call?: Call): Promise<ScopePreview> {
    return this.ask(tenantId, async ({ engine, tenant }) =>
      previewScope(engine, tenant, canonicalScope(scope), call?.signal ?? undefined),
    );
  }

  /**
   * Deletes copies that no read can use any more, in every tier: those that an invalidation or another log's end has killed, and expired ones that the
   * backend still lists. Each only while it is the very copy that was judged. Reads all metadata of the tenant, no faster than `rate` says; what an
   * invalidation promised holds without it. One that was interrupted goes on where it stood, also on another node; where another node sweeps a shared
   * tier, this one waits and does not do the same again. Throws `tier_unavailable` where the invalidation log cannot be read.
   */
  sweep(tenantId: string, options: SweepOptions = {}): Promise<SweepReport> {
    return this.ask(tenantId, ({ sweeper, tenant }) => sweeper.sweep(tenant, options));
  }

  /**
   * Removes a tenant: everything of it is dead on every node once its record is acknowledged, and is then removed from every tier, whatever its state, with
   * what tiers keep for the tenant beside its entries; other nodes clear their own tiers when they hear of it. What the tenant stores meanwhile may go
   * with it; what it stores afterwards is a beginning. In the log the record stays: it is what keeps the old dead. Throws where the log cannot
   * be reached: nothing was removed then. A tier that fails is `incomplete` in the report; purge again.
   */
  purge(tenantId: string, options: PurgeOptions = {}): Promise<PurgeReport> {
    return this.ask(tenantId, ({ purger, tenant }) => purger.purge(tenant, options));
  }
}
