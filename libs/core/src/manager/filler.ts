import {
  CacheError,
  type Causes,
  type Codec,
  type Compute,
  type EntryMetadata,
  type LogHead,
  type Position,
  type ReadOptions,
  type ScopeStamp,
  type UserMetadata,
} from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import { encodeValue, type EncodedValue } from "../codec/stored-value.ts";
import { ComputeScope } from "../compute/compute-scope.ts";
import type { Engine } from "../engine/engine.ts";
import type { Flight } from "../flight/flight.ts";
import type { KeyRegistry, KnownKey } from "../keys/key-registry.ts";
import type { FamilyState } from "../tenant/family-state.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { makeContext } from "../compute/compute-context.ts";
import type { Computed, Provenance } from "./outcome.ts";
import type { Shipment, TierStore } from "./tier-store.ts";

/** One compute: of which key, for whom, and where its result goes. */
export interface Fill {
  readonly tenant: TenantState;
  readonly key: KnownKey;
  readonly family: FamilyState;
  readonly plan: readonly Tier[];
  readonly flight: Flight;
  readonly compute: Compute<unknown>;
  readonly options: ReadOptions<never>;
  readonly causes: Causes;
}

/** What is known when a value is to be stored. `logId` was read together with `asOf`. */
export interface Sealed {
  readonly logId: string;
  readonly asOf: Position;
  readonly computeMs: number;
  readonly ttl: number | null | undefined;
  readonly tags: readonly string[];
  readonly inherited: EntryMetadata["inherited"];
  readonly user: UserMetadata;
}

/** Runs computes and stores what they return. */
export class Filler {
  readonly #engine: Engine;
  readonly #registry: KeyRegistry;
  readonly #store: TierStore;

  constructor(engine: Engine, registry: KeyRegistry, store: TierStore) {
    this.#engine = engine;
    this.#registry = registry;
    this.#store = store;
  }

  /**
   * Computes once and stores. Order of events: the lease is looked at, then `asOf` is taken, and only then may the compute read anything; so
   * whatever is invalidated while it runs is later than `asOf` and the copy is dead on arrival. Without a lease it computes all the same and stores
   * nothing. With `refresh` the value replaces what is there on every node, like a put.
   */
  async compute(fill: Fill): Promise<Computed> {
    const { coherence, clock } = this.#engine;
    const { tenant, key, flight, family, options } = fill;
    const verified = coherence.isLive() || (await coherence.renew());
    const since =
      options.refresh === true && verified
        ? (await coherence.head({ signal: flight.signal })).position
        : undefined;
    const logId = verified ? coherence.logId : "";
    const asOf = since !== undefined && since < coherence.position ? since : coherence.position;
    flight.computeBegan = true;
    const scope = new ComputeScope(tenant.tenantId, key.path, flight, asOf);
    const startedAt = clock.monotonic();
    const value = await this.#run(fill, scope);
    const computeMs = clock.monotonic() - startedAt;
    family.counters.computes++;
    family.counters.computeMs += computeMs;
    const tags = [...new Set([...key.tags, ...scope.tags])];
    const inherited = scope.stamps.collapsed((stamp) => this.#renewed(fill, stamp));
    const provenance: Provenance = { logId, asOf, tags, inherited, digest: "" };
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
    if (logId === "" || !scope.storable || fill.plan.length === 0 || !wanted(options, value))
      return settle(computed, key.codec ?? this.#registry.codecFor(value));
    return this.#keep(
      fill,
      computed,
      { logId, asOf, computeMs, ttl: scope.ttl, tags, inherited, user: {} },
      since,
    );
  }

  /** Encodes and stores a value that a caller brought. `asOf` is the position of its own record. */
  async storePut(
    fill: Omit<Fill, "flight" | "compute" | "causes">,
    encoded: EncodedPut,
    sealed: Sealed,
  ): Promise<void> {
    await this.#ship(fill, encoded, sealed);
  }

  /** Checks and encodes a value at the edge. Throws `invalid_value`. */
  async encode(key: KnownKey, family: FamilyState, value: unknown): Promise<EncodedPut> {
    const codec = key.codec ?? this.#registry.codecFor(value);
    // First of all: once it is frozen nobody can change it while it is encoded.
    const valueBytes = codec.settle?.(value) ?? 0;
    const encoded = await encodeValue(value, codec, family.policy.compressAboveBytes);
    return { value, encoded, codec, valueBytes };
  }

  async #run(fill: Fill, scope: ComputeScope): Promise<unknown> {
    const { scopes, telemetry } = this.#engine;
    const { tenant, key, compute, flight } = fill;
    const context = makeContext(scope, flight.signal, decodeKey(key.path), this.#registry);
    try {
      const run = (): unknown => compute(context);
      const value = telemetry.isRecording()
        ? await telemetry.span("cache.compute", tenant.tenantId, () => scopes.run(scope, run))
        : await scopes.run(scope, run);
      if (value !== undefined) return value;
    } catch (error) {
      tenant.counters.computeErrors++;
      throw error;
    }
    throw new CacheError(
      "invalid_value",
      `The compute of ${context.key} returned undefined, which is the miss; return null for an empty value`,
    );
  }

  async #keep(
    fill: Fill,
    computed: Computed,
    sealed: Sealed,
    since: Position | undefined,
  ): Promise<Computed> {
    const { tenant, key, family } = fill;
    const put = await this.encode(key, family, computed.value);
    const { digest } = put.encoded;
    const provenance = { ...computed.provenance, digest };
    // Other content for something that values were derived from: they have to die with it, so the fill speaks like a put.
    const speaks =
      since !== undefined ||
      tenant.sources.changes(key.path, digest, this.#engine.scopes.active > 0);
    const head =
      speaks && !key.immutable
        ? await this.#announce(fill, digest, { ...sealed, asOf: since ?? sealed.asOf })
        : undefined;
    if (speaks && !key.immutable && head === undefined) {
      if (since !== undefined) await this.#retire(fill, since);
      return { ...computed, provenance };
    }
    const asOf = head?.position ?? sealed.asOf;
    const stored = this.#ship(fill, put, { ...sealed, asOf, logId: head?.logId ?? sealed.logId });
    if (since !== undefined && head !== undefined)
      await Promise.all([stored, this.#engine.coherence.settled(head)]);
    else if (family.policy.writes === "background") this.#engine.background.add(() => stored);
    else await stored;
    const bytes = put.encoded.decodedBytes;
    return { ...computed, stored: true, bytes, provenance: { ...provenance, asOf } };
  }

  /**
   * Appends the key's record with its new content. `undefined`: something later already covers the key, the log was replaced or cannot be
   * reached; nothing is stored then.
   */
  async #announce(
    { tenant, key }: Fill,
    digest: string,
    { logId, asOf: since, tags }: Pick<Sealed, "logId" | "asOf" | "tags">,
  ): Promise<LogHead | undefined> {
    const { coherence, clock, node, logger } = this.#engine;
    const scopes = [
      { kind: "key", value: key.path } as const,
      ...tags.map((value) => ({ kind: "tag", value }) as const),
    ];
    const record = {
      tenantId: tenant.tenantId,
      scope: scopes[0] ?? { kind: "tenant" as const },
      mode: "hard" as const,
      digest,
    };
    try {
      const head = await coherence.append([{ ...record, at: clock.now(), node }], {
        unless: { since, scopes },
      });
      // What happened since in a log that replaced the one of `since` nobody can tell.
      if (head === undefined || head.logId !== logId) {
        tenant.counters.superseded++;
        return undefined;
      }
      tenant.sources.settled(key.path, digest);
      return head;
    } catch (error) {
      logger.warn("a recomputed value could not be announced and is not stored", {
        why: String(error),
      });
      return undefined;
    }
  }

  /**
   * A refresh that was superseded stores nothing, and what it was to replace dies all the same: what covers the new content, a tag of it perhaps,
   * need not cover the old. Rejects where the log cannot be reached, as a put does.
   */
  async #retire({ tenant, key }: Fill, since: Position): Promise<void> {
    const { coherence, clock, node } = this.#engine;
    const scope = { kind: "key", value: key.path } as const;
    const record = {
      tenantId: tenant.tenantId,
      scope,
      mode: "hard",
      at: clock.now(),
      node,
    } as const;
    // Where the key itself was covered already, as by another refresh, the old is dead and what replaced it may live.
    const head = await coherence.append([record], { unless: { since, scopes: [scope] } });
    if (head !== undefined) await coherence.settled(head);
  }

  /** No record up to the mirror's position covers a valid stamp, so it says the same dated at that position. */
  #renewed({ tenant, key }: Fill, stamp: ScopeStamp): ScopeStamp {
    const asOf = this.#engine.coherence.position;
    const copy = { asOf, tags: [], inherited: [stamp] };
    if (stamp.asOf >= asOf || tenant.mirror.kill(key.path, copy) !== undefined) return stamp;
    return { ...stamp, asOf };
  }

  #ship(
    fill: Pick<Fill, "tenant" | "key" | "family" | "plan" | "options">,
    put: EncodedPut,
    sealed: Sealed,
  ): Promise<void> {
    const { tenant, key, family, plan, options } = fill;
    const named =
      sealed.ttl !== undefined
        ? sealed.ttl
        : options.ttl !== undefined
          ? options.ttl
          : family.policy.ttl;
    const metadata = this.#metadata(put, sealed, named);
    const shipment: Shipment = {
      path: key.path,
      family,
      entry: { data: put.encoded.data, metadata },
      value: put.value,
      valueBytes: put.valueBytes,
      codec: put.codec,
      ttlNamed: named !== undefined,
    };
    return this.#store.fill(tenant, plan, shipment);
  }

  #metadata(
    { encoded, codec }: EncodedPut,
    sealed: Sealed,
    ttl: number | null | undefined,
  ): EntryMetadata {
    const createdAt = this.#engine.clock.now();
    const expiresAt = ttl === undefined || ttl === null ? null : createdAt + ttl * 1000;
    const { logId, asOf, computeMs, tags, inherited, user } = sealed;
    const { encodings, decodedBytes, checksum, digest } = encoded;
    return {
      logId,
      asOf,
      createdAt,
      freshUntil: expiresAt,
      expiresAt,
      computeMs,
      codec: codec.id,
      contentType: codec.contentType,
      encodings,
      decodedBytes,
      checksum,
      digest,
      tags,
      inherited,
      user,
    };
  }
}

/** A value ready to be stored. */
export interface EncodedPut {
  readonly value: unknown;
  readonly encoded: EncodedValue;
  readonly codec: Codec<unknown>;
  readonly valueBytes: number;
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
