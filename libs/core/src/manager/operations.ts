import {
  CacheError,
  toPosition,
  type Compute,
  type ComputeInfo,
  type Invalidation,
  type InvalidateOptions,
  type Key,
  type Position,
  type PutOptions,
  type ReadInfo,
  type ReadOptions,
} from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import { Flight } from "../flight/flight.ts";
import type { KeyRegistry } from "../keys/key-registry.ts";
import { checkTtl } from "../policy/check-ttl.ts";
import { planTiers, plansAsPolicy } from "../policy/plan.ts";
import { spanned } from "../stats/spanned.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { Filler } from "./filler.ts";
import { Invalidator } from "./invalidator.ts";
import { provenanceOf, type Hit, type Miss, type Outcome } from "./outcome.ts";
import { TierReader, type LookUp } from "./tier-reader.ts";
import { TierStore } from "./tier-store.ts";

type AnyKey = Key<unknown> | string;
type Target = Omit<LookUp, "signal">;

/** Every operation on one key of one tenant, off the hot path. */
export class Operations {
  readonly registry: KeyRegistry;
  readonly store: TierStore;
  readonly reader: TierReader;
  readonly filler: Filler;
  readonly invalidator: Invalidator;
  readonly #engine: Engine;

  constructor(engine: Engine, registry: KeyRegistry) {
    this.#engine = engine;
    this.registry = registry;
    this.store = new TierStore(engine);
    this.reader = new TierReader(engine, registry, this.store);
    this.filler = new Filler(engine, registry, this.store);
    this.invalidator = new Invalidator(engine);
  }

  /** The cached or computed value. */
  async getOrCompute(
    tenant: TenantState,
    key: AnyKey,
    compute: Compute<unknown>,
    options: ReadOptions<never>,
  ): Promise<unknown> {
    const target = this.#target(tenant, key, options);
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
    const target = this.#target(tenant, key, options);
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
    const { telemetry } = this.#engine;
    const run = (): Promise<Outcome> => this.#share(target, compute, options);
    const outcome = await spanned(telemetry, "cache.get", target.tenant.tenantId, run, (o) => ({
      "cache.hit": o.from === "tier" ? o.tier.name : "miss",
      "cache.key_type": target.family.name,
    }));
    this.#countRead(target, outcome);
    this.#derive(target, outcome);
    return outcome;
  }

  /** Reads without computing. */
  async read(
    tenant: TenantState,
    key: AnyKey,
    options: ReadOptions<never>,
  ): Promise<ReadInfo<unknown>> {
    const target = this.#target(tenant, key, options);
    const { clock, telemetry } = this.#engine;
    const found = await spanned(telemetry, "cache.get", tenant.tenantId, () =>
      this.reader.read({ ...target, signal: options.signal ?? undefined }),
    );
    this.#countRead(target, found);
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

  /** Protocol rule 14. Bad values are refused before anything was touched. */
  async put(
    tenant: TenantState,
    key: AnyKey,
    value: unknown,
    options: PutOptions<never>,
  ): Promise<Invalidation> {
    const target = this.#target(tenant, key, options);
    const { coherence, clock, telemetry } = this.#engine;
    const startedAt = clock.monotonic();
    const since = options.since === undefined ? undefined : toPosition(options.since);
    const put = await this.filler.encode(target.key, target.family, value);
    const { signal } = options;
    return spanned(telemetry, "cache.put", tenant.tenantId, async () => {
      if (!coherence.isLive()) await coherence.renew();
      const silent = target.key.immutable;
      const from =
        since === undefined || silent
          ? await coherence.head({ signal })
          : { logId: coherence.logId, position: since };
      const tags = [...new Set([...target.key.tags, ...(options.tags ?? [])])];
      const scopes = [
        { kind: "key", value: target.key.path } as const,
        ...tags.map((tag) => ({ kind: "tag", value: tag }) as const),
      ];
      const record = {
        ...this.invalidator.record(tenant, { kind: "key", value: target.key.path }),
        digest: put.encoded.digest,
      };
      const head = silent
        ? from
        : await coherence.append([record], {
            unless: { since: from.position, scopes },
          });
      tenant.counters.puts++;
      // Of a log that replaced the one that the put began under nobody can tell what it covered since.
      if (head === undefined || (from.logId !== "" && head.logId !== from.logId)) {
        tenant.counters.superseded++;
        return {
          position: coherence.position,
          superseded: true,
          nodes: 0,
          elapsedMs: clock.monotonic() - startedAt,
        };
      }
      if (!silent) tenant.sources.settled(target.key.path, put.encoded.digest);
      const sealed = {
        ...head,
        // Content that is in the key needs no record; it still counts as no newer than what its maker had seen.
        asOf: head.position,
        computeMs: 0,
        ttl: undefined,
        tags,
        inherited: [],
        user: options.metadata ?? {},
      };
      const stored = this.filler.storePut({ ...target, options }, put, sealed);
      const [nodes] = await Promise.all([
        silent ? 0 : this.invalidator.acknowledge(head, { signal }),
        stored,
      ]);
      return {
        position: head.position,
        superseded: false,
        nodes,
        elapsedMs: clock.monotonic() - startedAt,
      };
    });
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

  async position(signal: AbortSignal | undefined): Promise<Position> {
    return (await this.#engine.coherence.head({ signal })).position;
  }

  #target(tenant: TenantState, given: AnyKey, options: ReadOptions<never>): Target {
    options.signal?.throwIfAborted();
    checkTtl(options.ttl);
    const key = this.registry.resolve(given);
    const family = tenant.family(key.family);
    const plan = plansAsPolicy(options)
      ? family.plan
      : planTiers(this.#engine.tiers, family.policy.tiers, options);
    return { tenant, key, family, plan };
  }

  /** Single-flight. Who joins after the compute began checks the result like a hit (rule 6); the value of a compute that began after the caller came is always returned. */
  async #share(
    target: Target,
    compute: Compute<unknown>,
    options: ReadOptions<never>,
  ): Promise<Outcome> {
    const { tenant, key } = target;
    const signal = options.signal ?? undefined;
    const from = this.#engine.scopes.current()?.flight;
    if (options.refresh === true || options.bypass === true) {
      const flight = new Flight(tenant.tenantId, key.path);
      tenant.unshared.add(flight);
      const outcome = this.#fly(target, flight, compute, options);
      return flight.join(
        outcome.finally(() => tenant.unshared.delete(flight)),
        signal,
        from,
      );
    }
    for (;;) {
      const there = tenant.flights.get(key.path);
      if (there === undefined || there.flight.signal.aborted) {
        const flight = new Flight(tenant.tenantId, key.path);
        const outcome = this.#land(tenant, flight, this.#fly(target, flight, compute, options));
        tenant.flights.set(key.path, { flight, outcome });
        return flight.join(outcome, signal, from);
      }
      const { flight, outcome } = there;
      const late = flight.computeBegan;
      const shared = await flight.join(outcome, signal, from);
      tenant.counters.coalesced++;
      if ((shared.from === "compute" && !late) || this.#mayServe(target, shared)) return shared;
    }
  }

  async #fly(
    target: Target,
    flight: Flight,
    compute: Compute<unknown>,
    options: ReadOptions<never>,
  ): Promise<Outcome> {
    const fresh = options.refresh === true || options.bypass === true;
    const none = Object.fromEntries(this.#engine.tiers.map((t) => [t.name, "bypassed" as const]));
    const found: Hit | Miss = fresh
      ? { from: "nowhere", causes: none }
      : await this.reader.read({ ...target, signal: flight.signal });
    if (found.from === "tier") return found;
    return this.filler.compute({ ...target, flight, compute, options, causes: found.causes });
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
      this.#engine.coherence.isLive() &&
      !this.#engine.isDead(tenant.mirror, key.path, provenanceOf(outcome))
    );
  }

  /** Inside a compute, what was read becomes a source of what is computed; a miss too, at the position of this moment. */
  #derive({ tenant, key }: Target, outcome: Outcome | Miss): void {
    const scope = this.#engine.scopes.current();
    if (scope === undefined) return;
    if (outcome.from === "nowhere") {
      scope.stamps.add({ scope: { kind: "key", value: key.path }, asOf: scope.asOf });
      return;
    }
    const provenance = provenanceOf(outcome);
    if (scope.tenantId !== tenant.tenantId || provenance.logId === "") scope.storable = false;
    else {
      const { digest } = provenance;
      scope.stamps.addCopy(key.path, provenance);
      if (digest !== "") tenant.sources.register(key.path, digest);
    }
  }

  #countRead({ family }: Target, outcome: Outcome | Miss): void {
    if (outcome.from !== "tier") family.counters.misses++;
    else {
      family.counters.hits++;
      family.counters.savedMs += outcome.metadata.computeMs;
    }
  }

  async #erase(tenant: TenantState, tier: Tier, path: string): Promise<void> {
    const head = await tier.call("delete", (signal) =>
      tier.entries.headEntry(path, tenant.tenantId, { signal }),
    );
    if (!head.up || head.value === undefined || "unreadable" in head.value) return;
    const { etag, metadata } = head.value;
    if (!this.#engine.isDead(tenant.mirror, path, metadata)) return; // a newer put came in between
    await tier.call("delete", (signal) =>
      tier.entries.deleteEntry(path, etag, tenant.tenantId, { signal }),
    );
  }
}

function ownCopy({ family }: Target, value: unknown): unknown {
  return family.policy.copyOnRead && value instanceof Uint8Array ? value.slice() : value;
}

/** Refuses calls after close. */
export function closedError(): CacheError {
  return new CacheError("closed", "This cache was closed; make a new CacheManager");
}
