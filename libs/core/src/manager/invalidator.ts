import {
  toPosition,
  type Call,
  type Invalidation,
  type InvalidateOptions,
  type LogHead,
  type NewRecord,
  type Scope,
} from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { purgeRecord } from "../purge/purge-record.ts";
import { acknowledged } from "../stats/acknowledged.ts";
import { scopeText } from "../trace/killed-by.ts";
import { alwaysTraced, traced, type Traced } from "../trace/traced.ts";

/** Appends what kills, and acknowledges it. */
export class Invalidator {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Order: append durable, own mirror, then wait until no node can serve from before it. Throws where the log cannot be reached: nothing is promised then. */
  invalidate(
    tenant: TenantState,
    scope: Scope,
    options: InvalidateOptions = {},
  ): Promise<Invalidation> {
    return this.#invalidate(tenant, scope, options, []);
  }

  /** `more`: records that go with it, in the same step. */
  async #invalidate(
    tenant: TenantState,
    scope: Scope,
    options: InvalidateOptions,
    more: readonly NewRecord[],
  ): Promise<Invalidation> {
    const run = async (): Promise<Invalidation> => {
      const startedAt = this.#engine.clock.monotonic();
      const head = await this.#engine.coherence.append([
        this.record(tenant, scope, options),
        ...more,
      ]);
      tenant.counters.invalidations++;
      const nodes = await this.#wait(head, options);
      const position = head?.position ?? toPosition(0);
      const { tenantId } = tenant;
      const asked = { tenantId, operation: "invalidate", startedAt } as const;
      return acknowledged(this.#engine, asked, { position, superseded: false, nodes });
    };
    const about = (): Traced => spanOf(tenant, scope, options);
    return alwaysTraced(this.#engine, about, run, ({ position, nodes }) => ({
      "cache.position": position,
      "cache.nodes": nodes,
    }));
  }

  /** As {@link invalidate} of all that the tenant has, hard, and tells every node to forget what it keeps of it. */
  purge(tenant: TenantState, options: InvalidateOptions): Promise<Invalidation> {
    return this.#invalidate(tenant, { kind: "tenant" }, options, [
      purgeRecord(this.record(tenant, { kind: "tenant" }, options)),
    ]);
  }

  record(tenant: TenantState, scope: Scope, options: InvalidateOptions = {}): NewRecord {
    const { clock, node } = this.#engine;
    const record: NewRecord = {
      tenantId: tenant.tenantId,
      scope,
      mode: options.mode ?? "hard",
      at: clock.now(),
      node,
    };
    return options.reason === undefined ? record : { ...record, reason: options.reason };
  }

  /** Waits, in a span of its own, until no node can serve what this record of a put killed; resolves with the number of other nodes. */
  acknowledge(tenant: TenantState, scope: Scope, head: LogHead, call: Call): Promise<number> {
    const run = (): Promise<number> => this.#wait(head, call);
    // Without a recording parent the put itself tells of what failed.
    if (!this.#engine.telemetry.isRecording()) return run();
    const about = (): Traced => spanOf(tenant, scope, {});
    return traced(this.#engine, about, run, (nodes) => ({
      "cache.position": head.position,
      "cache.nodes": nodes,
    }));
  }

  async #wait(head: LogHead | undefined, options: InvalidateOptions): Promise<number> {
    if (head === undefined || options.wait === "durable") return 0;
    return this.#engine.coherence.settled(head, options.signal ?? undefined);
  }
}

function spanOf({ tenantId }: TenantState, scope: Scope, options: InvalidateOptions): Traced {
  const attributes = {
    "cache.scope": scopeText(scope),
    "cache.mode": options.mode ?? "hard",
    "cache.wait": options.wait ?? "everywhere",
  };
  return { name: "cache.invalidate", tenantId, attributes };
}
