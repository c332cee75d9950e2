import {
  CacheError,
  type Causes,
  type Codec,
  type Compute,
  type Position,
  type ReadOptions,
  type ScopeStamp,
} from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import { ComputeScope } from "../compute/compute-scope.ts";
import type { Engine } from "../engine/engine.ts";
import type { Flight } from "../flight/flight.ts";
import type { KeyRegistry } from "../keys/key-registry.ts";
import { makeContext } from "../compute/compute-context.ts";
import { SourceGuard } from "../dependencies/source-guard.ts";
import { ComputeTrace } from "../trace/compute-trace.ts";
import type { Computed, Provenance } from "./outcome.ts";
import { Announcer } from "./announcer.ts";
import type { Destination, Sealed, Shipper } from "./shipper.ts";

/** One compute: of which key, for whom, and where its result goes. */
interface Fill extends Destination {
  readonly flight: Flight;
  readonly compute: Compute<unknown>;
  readonly causes: Causes;
}

/** The same on its way, with its span where somebody looks. */
type Filling = Fill & Readonly<{ trace: ComputeTrace | undefined }>;

/** Runs computes and stores what they return. */
export class Filler {
  readonly #engine: Engine;
  readonly #registry: KeyRegistry;
  readonly #shipper: Shipper;
  readonly #announcer: Announcer;
  readonly sources: SourceGuard;

  constructor(engine: Engine, registry: KeyRegistry, shipper: Shipper) {
    this.#engine = engine;
    this.#registry = registry;
    this.#shipper = shipper;
    this.#announcer = new Announcer(engine);
    this.sources = new SourceGuard(engine, registry);
  }

  /** Computes once and stores, in a span of its own where the read that caused it has one. */
  compute(fill: Fill): Promise<Computed> {
    if (fill.flight.trace === undefined) return this.#compute({ ...fill, trace: undefined });
    const trace = new ComputeTrace(fill.flight);
    return trace.settle(this.#compute({ ...fill, trace }));
  }

  /**
   * Computes once and stores. Order of events: the lease is looked at, then `asOf` is taken, and only then may the compute read anything; so
   * whatever is invalidated while it runs is later than `asOf` and the copy is dead on arrival. Without a lease it computes all the same and stores
   * nothing. With `refresh` the value replaces what is there on every node, like a put; rejects where the log cannot be reached, as a put does.
   */
  async #compute(fill: Filling): Promise<Computed> {
    const { coherence, clock } = this.#engine;
    const { key, flight, family, options } = fill;
    const verified = coherence.serves() || (await coherence.renew());
    const replaces = options.refresh === true && options.bypass !== true && !key.immutable;
    const from = replaces ? await coherence.head({ signal: flight.signal }) : undefined;
    const since = from?.position;
    // A head that was told before the mirror came to another log is a position that says nothing there.
    const known = verified && (from === undefined || from.logId === coherence.logId);
    const logId = known ? coherence.logId : "";
    const asOf = since !== undefined && since < coherence.position ? since : coherence.position;
    flight.computeBegan = true;
    const scope = new ComputeScope(flight, asOf, this.#engine.scopes.current());
    const startedAt = clock.monotonic();
    const value = await this.#run(fill, scope);
    const computeMs = clock.monotonic() - startedAt;
    family.counters.computes++;
    family.counters.computeMs += computeMs;
    const tags = [...new Set([...key.tags, ...scope.tags])];
    const inherited = scope.stamps.collapsed((stamp) => this.#renewed(fill, stamp));
    // What was made of something that nobody could verify is no better verified itself, for who joined and for what is made of it in turn.
    const verifiedBy = scope.storable ? logId : "";
    const provenance: Provenance = { logId: verifiedBy, asOf, tags, inherited, digest: "" };
    const { causes } = fill;
    const computed: Computed = {
      from: "compute",
      value,
      stored: false,
      bytes: 0,
      computeMs,
      provenance,
      causes,
    };
    const isKept = logId !== "" && scope.storable && fill.plan.length > 0 && wanted(options, value);
    if (!isKept || !(await this.sources.vouch(fill.tenant, scope.stamps.contents))) {
      // What is not stored replaces nothing, and what it was to replace dies all the same.
      if (since !== undefined) await this.#announcer.retire(fill, since, "");
      return settle(computed, key.codec ?? this.#registry.codecFor(value));
    }
    return this.#keep(
      fill,
      computed,
      { logId, asOf, computeMs, ttl: scope.ttl, tags, inherited, user: {} },
      since,
    );
  }

  async #run(fill: Filling, scope: ComputeScope): Promise<unknown> {
    const { scopes } = this.#engine;
    const { key, family, compute, flight, trace } = fill;
    const context = makeContext(scope, flight.signal, decodeKey(key.path), this.#registry);
    try {
      const run = (): Promise<unknown> => scopes.run(scope, () => compute(context));
      const value = await (trace === undefined ? run() : trace.run(run));
      if (value !== undefined) return value;
    } catch (error) {
      family.counters.computeErrors++;
      throw error;
    }
    throw new CacheError(
      "invalid_value",
      `The compute of ${context.key} returned undefined, which is the miss; return null for an empty value`,
    );
  }

  async #keep(
    fill: Filling,
    computed: Computed,
    sealed: Sealed,
    since: Position | undefined,
  ): Promise<Computed> {
    const { tenant, key, family } = fill;
    const put = await this.#shipper.encode(key, family, computed.value);
    const { digest } = put.encoded;
    const provenance = { ...computed.provenance, digest };
    // Other content for something that values were derived from: they have to die with it, so the fill speaks like a put.
    const speaks =
      since !== undefined ||
      tenant.sources.changes(key.path, digest, this.#engine.scopes.active > 0) ||
      this.sources.changes(tenant, key.path, { ...sealed, digest });
    const head =
      speaks && !key.immutable
        ? await this.#announcer.announce(fill, digest, {
            ...sealed,
            asOf: since ?? sealed.asOf,
            fill: since === undefined,
          })
        : undefined;
    if (speaks && !key.immutable && head === undefined) {
      if (since !== undefined) await this.#announcer.retire(fill, since, digest);
      return { ...computed, provenance };
    }
    const asOf = head?.position ?? sealed.asOf;
    const copy = { ...sealed, asOf, logId: head?.logId ?? sealed.logId };
    const landed = key.immutable
      ? undefined
      : this.sources.filling(tenant, key.path, { ...copy, digest });
    const stored = this.#shipper.ship(fill, put, copy).finally(landed);
    const bytes = put.encoded.decodedBytes;
    // The tiers may take their time; what they took says nothing of the compute.
    fill.trace?.end({ computeMs: sealed.computeMs, bytes, stored: true });
    if (since !== undefined && head !== undefined)
      await Promise.all([stored, this.#engine.coherence.settled(head)]);
    else if (family.policy.writes === "background") this.#engine.background.add(() => stored);
    else await stored;
    return { ...computed, stored: true, bytes, provenance: { ...provenance, asOf } };
  }

  /** No record up to the mirror's position covers a valid stamp, so it says the same dated at that position. */
  #renewed({ tenant, key }: Fill, stamp: ScopeStamp): ScopeStamp {
    const asOf = this.#engine.coherence.position;
    const copy = { asOf, tags: [], inherited: [stamp] };
    if (stamp.asOf >= asOf || tenant.mirror.kill(key.path, copy) !== undefined) return stamp;
    return { ...stamp, asOf };
  }
}

function wanted(options: ReadOptions<never>, value: unknown): boolean {
  // The caller's predicate takes the key's own value type, which is what the compute returned.
  return options.bypass !== true && (options.shouldCache?.(value as never) ?? true);
}

/** A value that is not stored is frozen all the same, so that callers cannot tell by it. */
function settle(computed: Computed, codec: Codec<unknown>): Computed {
  codec.settle?.(computed.value);
  return computed;
}
