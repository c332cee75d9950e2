import {
  CacheError,
  type Compute,
  type ComputeInfo,
  type Invalidation,
  type InvalidateOptions,
  type Key,
  type LogPlace,
  type ReadInfo,
  type ReadOptions,
} from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import { NOTHING_THERE } from "../compute/source-registry.ts";
import { refuseCircle } from "../dependencies/refuse-circle.ts";
import { Flight, reentrant } from "../flight/flight.ts";
import type { KeyRegistry } from "../keys/key-registry.ts";
import { checkTtl } from "../policy/check-ttl.ts";
import { planTiers, plansAsPolicy } from "../policy/plan.ts";
import { countHit, countMiss } from "../stats/counters.ts";
import { tellingCause } from "../stats/telling-cause.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { readableHead } from "../tier/readable-head.ts";
import type { Tier } from "../tier/tier.ts";
import { ReadTrace } from "../trace/read-trace.ts";
import { Filler } from "./filler.ts";
import { Shipper } from "./shipper.ts";
import { Invalidator } from "./invalidator.ts";
import { Putter } from "./putter.ts";
import { provenanceOf, type Hit, type Miss, type Outcome } from "./outcome.ts";
import type { Target } from "./target.ts";
import { TierReader } from "./tier-reader.ts";
import { TierStore } from "./tier-store.ts";

type AnyKey = Key<unknown> | string;

/** A read that computes what it does not find. */
interface Asked extends Target {
  readonly compute: Compute<unknown>;
  readonly options: ReadOptions<never>;
  readonly trace: ReadTrace | undefined;
}

/** Every operation on one key of one tenant, off the hot path. */
export class Operations {
  readonly registry: KeyRegistry;
  readonly store: TierStore;
  readonly reader: TierReader;
  readonly filler: Filler;
  readonly invalidator: Invalidator;
  readonly putter: Putter;
  readonly #engine: Engine;

  constructor(engine: Engine, registry: KeyRegistry) {
    this.#engine = engine;
    this.registry = registry;
    this.store = new TierStore(engine);
    this.reader = new TierReader(engine, registry, this.store);
    const shipper = new Shipper(engine, registry, this.store);
    this.filler = new Filler(engine, registry, shipper);
    this.invalidator = new Invalidator(engine);
    this.putter = new Putter(engine, shipper, this.invalidator);
  }

  /** The cached or computed value. */
  async getOrCompute(
    tenant: TenantState,
    key: AnyKey,
    compute: Compute<unknown>,
    options: ReadOptions<never>,
  ): Promise<unknown> {
    const target = this.target(tenant, key, options);
    const { value } = await this.#obtain(target, compute, options);
    return ownCopy(target, value);
  }

  /** The same with where it came from. */
  async getOrComputeWithInfo(
    tenant: TenantState,
    key: AnyKey,
    compute: Compute<unknown>,
    options: ReadOptions<never>,
  ): Promise<ComputeInfo<unknown>> {
    const target = this.target(tenant, key, options);
    const outcome = await this.#obtain(target, compute, options);
    const value = ownCopy(target, outcome.value);
    const { causes } = outcome;
    if (outcome.from === "compute") {
      const { bytes, computeMs } = outcome;
      return { from: "compute", value, bytes, computeMs, stored: outcome.stored, causes };
    }
    const { decodedBytes: bytes, computeMs } = outcome.metadata;
    return { from: "tier", tier: outcome.tier.name, value, bytes, computeMs, causes };
  }

  /** Reads or computes, counts, and writes down what was read where a compute asked for it. */
  async #obtain(
    target: Target,
    compute: Compute<unknown>,
    options: ReadOptions<never>,
  ): Promise<Outcome> {
    const trace = ReadTrace.begin(this.#engine, target);
    const reading = this.#share({ ...target, compute, options, trace });
    const outcome = await counted(target, reading, trace);
    this.#derive(target, outcome);
    return outcome;
  }

  /** Reads without computing. */
  async read(
    tenant: TenantState,
    key: AnyKey,
    options: ReadOptions<never>,
  ): Promise<ReadInfo<unknown>> {
    const target = this.target(tenant, key, options);
    const { clock } = this.#engine;
    const trace = ReadTrace.begin(this.#engine, target);
    const call = { signal: options.signal };
    const reading = this.reader.read({ ...target, call, patient: false, trace });
    const found = await counted(target, reading, trace);
    this.#derive(target, found);
    if (found.from === "nowhere") return { hit: false, causes: found.causes };
    const { createdAt, expiresAt } = found.metadata;
    const now = clock.now();
    return {
      hit: true,
      value: ownCopy(target, found.value),
      tier: found.tier.name,
      ageMs: Math.max(0, now - createdAt),
      remainingMs: expiresAt === null ? null : expiresAt - now,
      stale: false,
      causes: found.causes,
    };
  }

  /** One record; the copies go in the background, and one that a tier will not give up is dead all the same. */
  async delete(
    tenant: TenantState,
    key: AnyKey,
    options: InvalidateOptions,
  ): Promise<Invalidation> {
    const { path } = this.registry.resolve(key);
    const result = await this.invalidator.invalidate(tenant, { kind: "key", value: path }, options);
    for (const tier of this.#engine.tiers)
      this.#engine.background.add(() => this.#erase(tenant, tier, path));
    return result;
  }

  async position(signal: AbortSignal | undefined): Promise<LogPlace> {
    const { logId, position } = await this.#engine.coherence.head({ signal });
    return { logId, position };
  }

  /** What a call is about, checked. Throws `invalid_key`, `invalid_value` for a bad TTL, `invalid_config` for a tier that is not there. */
  target(tenant: TenantState, given: AnyKey, options: ReadOptions<never>): Target {
    options.signal?.throwIfAborted();
    checkTtl(options.ttl);
    const key = this.registry.resolve(given);
    const family = tenant.family(key);
    if (options.bypass === true) return { tenant, key, family, plan: [] };
    const plan = plansAsPolicy(options)
      ? family.plan
      : planTiers(this.#engine.tiers, family.policy.tiers, options);
    return { tenant, key, family, plan };
  }

  /** Single-flight. Who joins after the compute began checks the result like a hit (rule 6); the value of a compute that began after the caller came is always returned. */
  async #share(asked: Asked): Promise<Outcome> {
    const { tenant, key, options, trace } = asked;
    const signal = options.signal ?? undefined;
    const scope = this.#engine.scopes.current();
    const from = scope?.flight;
    if (options.refresh === true || options.bypass === true) {
      const flight = new Flight(tenant.tenantId, key.path, trace);
      // It joins no other flight, so only the computes around it tell that it would go on for ever.
      const around = scope?.around(tenant.tenantId, key.path);
      if (around !== undefined && from !== undefined) throw reentrant(from, around.flight);
      tenant.unshared.add(flight);
      const outcome = this.#fly(asked, flight);
      return flight.join(
        outcome.finally(() => tenant.unshared.delete(flight)),
        signal,
        from,
      );
    }
    for (;;) {
      const there = tenant.flights.get(key.path);
      if (there === undefined || there.flight.isAborted) {
        const flight = new Flight(tenant.tenantId, key.path, trace);
        trace?.leads();
        const outcome = this.#land(tenant, flight, this.#fly(asked, flight));
        tenant.flights.set(key.path, { flight, outcome });
        return flight.join(outcome, signal, from);
      }
      const { flight, outcome } = there;
      const late = flight.computeBegan;
      trace?.joins(flight.trace);
      const shared = await flight.join(outcome, signal, from);
      if ((shared.from === "compute" && !late) || this.#mayServe(asked, shared)) {
        asked.family.counters.coalesced++;
        return shared;
      }
    }
  }

  async #fly(asked: Asked, flight: Flight): Promise<Outcome> {
    const { options, trace } = asked;
    const fresh = options.refresh === true || options.bypass === true;
    const none = Object.fromEntries(this.#engine.tiers.map((t) => [t.name, "bypassed" as const]));
    const found: Hit | Miss = fresh
      ? { from: "nowhere", causes: none }
      : await flight.unlessAborted(this.reader.read({ ...asked, call: flight, patient: true }));
    if (found.from === "tier") return found;
    if (flight.isAborted) flight.signal.throwIfAborted();
    const { causes } = found;
    trace?.missed(causes);
    const fill = (): Promise<Outcome> => this.filler.compute({ ...asked, flight, causes });
    return trace === undefined ? fill() : trace.within(fill);
  }

  /** A flight is in the map while it is in the air; one that nobody waits for any more fails in silence. */
  #land(tenant: TenantState, flight: Flight, outcome: Promise<Outcome>): Promise<Outcome> {
    const landed = outcome.finally(() => {
      if (tenant.flights.get(flight.path)?.flight === flight) tenant.flights.delete(flight.path);
    });
    landed.catch(() => undefined);
    return landed;
  }

  #mayServe({ tenant, key }: Target, outcome: Outcome): boolean {
    return (
      this.#engine.coherence.serves() &&
      !this.#engine.isDead(tenant.mirror, key.path, provenanceOf(outcome))
    );
  }

  /** Inside a compute, what was read becomes a source of what is computed; a miss too, at the position of this moment. */
  #derive({ tenant, key }: Target, outcome: Outcome | Miss): void {
    const scope = this.#engine.scopes.current();
    if (scope === undefined) return;
    if (outcome.from === "nowhere") {
      scope.stamps.addAbsence(key.path, scope.asOf);
      // Whatever is filled there first is other content than none.
      if (!tenant.sources.register(key.path, NOTHING_THERE)) scope.storable = false;
      return;
    }
    const provenance = provenanceOf(outcome);
    if (scope.tenantId !== tenant.tenantId || provenance.logId === "") scope.storable = false;
    else {
      const { digest, inherited } = provenance;
      refuseCircle(scope, key.path, inherited);
      scope.stamps.addCopy(key.path, provenance);
      const read = digest === "" || tenant.sources.register(key.path, digest);
      if (!read) scope.storable = false;
    }
  }

  async #erase(tenant: TenantState, tier: Tier, path: string): Promise<void> {
    const head = readableHead(await tier.head(path, tenant.tenantId));
    if (head === undefined) return;
    const { etag, metadata } = head;
    if (!this.#engine.isDead(tenant.mirror, path, metadata)) return; // a newer put came in between
    await tier.call({ what: "delete", tenantId: tenant.tenantId }, (call) =>
      tier.entries.deleteEntry(path, etag, tenant.tenantId, call),
    );
  }
}

/** Exactly one hit or miss for each logical get, also where it shared another's look-up and where it failed; and the end of its span, in the same step. */
async function counted<R extends Outcome | Miss>(
  { family }: Target,
  reading: Promise<R>,
  trace: ReadTrace | undefined,
): Promise<R> {
  try {
    const outcome = await reading;
    if (outcome.from === "tier") countHit(family.servedBy(outcome.tier), outcome.metadata);
    else countMiss(family.counters, tellingCause(outcome.causes));
    trace?.end(outcome);
    return outcome;
  } catch (error) {
    countMiss(family.counters, "failed");
    trace?.fail(error);
    throw error;
  }
}

function ownCopy({ family }: Target, value: unknown): unknown {
  // Not value.slice(), which for a Buffer is another view of the same bytes.
  return family.policy.copyOnRead && value instanceof Uint8Array ? new Uint8Array(value) : value;
}

/** Refuses calls after close. */
export function closedError(): CacheError {
  return new CacheError("closed", "This cache was closed; make a new CacheManager");
}
