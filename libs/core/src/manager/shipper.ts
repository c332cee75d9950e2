import type { Codec, EntryMetadata, Position, ReadOptions, UserMetadata } from "@cogniverse/sdk";
import { encodeValue, type EncodedValue } from "../codec/stored-value.ts";
import type { Engine } from "../engine/engine.ts";
import type { KeyRegistry, KnownKey } from "../keys/key-registry.ts";
import type { FamilyState } from "../tenant/family-state.ts";
import type { Target } from "./target.ts";
import type { Shipment, TierStore } from "./tier-store.ts";

/** A value ready to be stored. */
export interface EncodedPut {
  readonly value: unknown;
  readonly encoded: EncodedValue;
  readonly codec: Codec<unknown>;
  readonly valueBytes: number;
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

/** Where a value goes, and with which options of the call. */
export interface Destination extends Target {
  readonly options: ReadOptions<never>;
}

/** Turns values into entries and sends them to their tiers. */
export class Shipper {
  readonly #engine: Engine;
  readonly #registry: KeyRegistry;
  readonly #store: TierStore;

  constructor(engine: Engine, registry: KeyRegistry, store: TierStore) {
    this.#engine = engine;
    this.#registry = registry;
    this.#store = store;
  }

  /** Checks and encodes a value at the edge. Throws `invalid_value`. */
  async encode(key: KnownKey, family: FamilyState, value: unknown): Promise<EncodedPut> {
    const codec = key.codec ?? this.#registry.codecFor(value);
    // First of all: once it is frozen nobody can change it while it is encoded.
    const valueBytes = codec.settle?.(value) ?? 0;
    const encoded = await encodeValue(value, codec, family.policy.compressAboveBytes);
    return { value, encoded, codec, valueBytes };
  }

  /** Sends an encoded value to every tier of the plan. Resolves when each took it or gave up; never rejects. */
  ship(to: Destination, put: EncodedPut, sealed: Sealed): Promise<void> {
    const { tenant, key, family, plan, options } = to;
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
