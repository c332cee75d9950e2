import {
  toPosition,
  type Attributes,
  type Call,
  type Invalidation,
  type InvalidateOptions,
  type LogHead,
  type NewRecord,
  type Position,
  type Scope,
} from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Settled } from "../invalidation/settlement.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { purgeRecord } from "../purge/purge-record.ts";
import { acknowledged } from "../stats/acknowledged.ts";
import { scopeText } from "../trace/killed-by.ts";
import { alwaysTraced, traced, type Traced } from "../trace/traced.ts";

type Told = Readonly<{ result: Invalidation; settled: Settled }>;

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
    const run = async (): Promise<Told> => {
      const startedAt = this.#engine.clock.monotonic();
      const head = await this.#engine.coherence.append([
        this.record(tenant, scope, options),
        ...more,
      ]);
      tenant.counters.invalidations++;
      const settled = await this.#wait(head, options);
      const { nodes } = settled;
      const position = head?.position ?? toPosition(0);
      const { tenantId } = tenant;
      const asked = { tenantId, operation: "invalidate", startedAt } as const;
      const outcome = { position, superseded: false, nodes };
      return { result: acknowledged(this.#engine, asked, outcome), settled };
    };
    const about = (): Traced => spanOf(tenant, scope, options);
    const { result } = await alwaysTraced(this.#engine, about, run, (told) =>
      outcomeOf(told.result.position, told.settled),
    );
    return result;
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
  async acknowledge(tenant: TenantState, scope: Scope, head: LogHead, call: Call): Promise<number> {
    const run = (): Promise<Settled> => this.#wait(head, call);
    // Without a recording parent the put itself tells of what failed.
    const isSpan = this.#engine.telemetry.isRecording();
    const about = (): Traced => spanOf(tenant, scope, {});
    const describe = (settled: Settled): Attributes => outcomeOf(head.position, settled);
    const { nodes } = await (isSpan ? traced(this.#engine, about, run, describe) : run());
    return nodes;
  }

  async #wait(head: LogHead | undefined, options: InvalidateOptions): Promise<Settled> {
    if (head === undefined || options.wait === "durable") return { nodes: 0, by: undefined };
    return this.#engine.coherence.settled(head, options.signal ?? undefined);
  }
}

/** What a span says of an acknowledgement: which place it has, who is known to have it, and what ended the wait. */
function outcomeOf(position: Position, { nodes, by }: Settled): Attributes {
  const known = { "cache.position": position, "cache.nodes": nodes };
  return by === undefined ? known : { ...known, "cache.acknowledged_by": by };
}

function spanOf({ tenantId }: TenantState, scope: Scope, options: InvalidateOptions): Traced {
  const attributes = {
    "cache.scope": scopeText(scope),
    "cache.mode": options.mode ?? "hard",
    "cache.wait": options.wait ?? "everywhere",
  };
  return { name: "cache.invalidate", tenantId, attributes };
}
