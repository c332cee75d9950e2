import {
  toPosition,
  type Invalidation,
  type InvalidateOptions,
  type LogHead,
  type NewRecord,
  type Scope,
} from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { acknowledged } from "../stats/acknowledged.ts";
import { spanned } from "../stats/spanned.ts";

/** Appends what kills, and acknowledges it. */
export class Invalidator {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Order: append durable, own mirror, then wait until no node can serve from before it. Throws where the log cannot be reached: nothing is promised then. */
  async invalidate(
    tenant: TenantState,
    scope: Scope,
    options: InvalidateOptions = {},
  ): Promise<Invalidation> {
    const { telemetry, clock } = this.#engine;
    return spanned(telemetry, "cache.invalidate", tenant.tenantId, async () => {
      const startedAt = clock.monotonic();
      const head = await this.#engine.coherence.append([this.record(tenant, scope, options)]);
      tenant.counters.invalidations++;
      const nodes = await this.acknowledge(head, options);
      const position = head?.position ?? toPosition(0);
      const { tenantId } = tenant;
      const asked = { tenantId, operation: "invalidate", startedAt } as const;
      return acknowledged(this.#engine, asked, { position, superseded: false, nodes });
    });
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

  async acknowledge(head: LogHead | undefined, options: InvalidateOptions = {}): Promise<number> {
    if (head === undefined || options.wait === "durable") return 0;
    return this.#engine.coherence.settled(head, options.signal ?? undefined);
  }
}
