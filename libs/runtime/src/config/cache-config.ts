import type { PricesConfig, TelemetrySection } from "./telemetry-section.ts";

/**
 * Options of a policy as YAML spells them. Every other property is a tier's name and says whether that tier keeps the
 * family; a tier that is not named does.
 */
export interface PolicyConfig {
  /** Seconds > 0; `null` = never expires; left out = each tier's own default. */
  readonly ttl?: number | null | undefined;
  /** What a bounded tier evicts moves to the next tier of this policy. Default false. */
  readonly demote?: boolean | undefined;
  /** Compress JSON and plain bytes of at least this many bytes with zstd; `false` = never. Default 4096. */
  readonly compress_above_bytes?: number | false | undefined;
  /** Values above this many encoded bytes are returned but not stored. Default: no limit. */
  readonly max_value_bytes?: number | undefined;
  /** Give each caller its own copy of a binary value. Default false: values are shared. */
  readonly copy_on_read?: boolean | undefined;
  /** Whether a computed value is returned after the tiers took it, or at once. Default "awaited". */
  readonly writes?: "awaited" | "background" | undefined;
  readonly [tier: string]: boolean | number | string | null | undefined;
}

/** One tier as YAML spells it. */
export interface TierConfig {
  /** "memory", "local", or the backend's package. */
  readonly backend: string;
  /** The backend's own options. */
  readonly config?: Readonly<Record<string, unknown>> | null | undefined;
  /** A call that takes longer counts as failed. Default: none in the process, 2000 on this machine, 5000 over a network. */
  readonly time_limit_ms?: number | undefined;
  /** So many failures in a row open the breaker. Default 5. */
  readonly breaker_failures?: number | undefined;
  /** How long an open breaker waits before it lets one call probe. Default 1000. */
  readonly breaker_pause_ms?: number | undefined;
}

/** A key type that string keys find their codec by. */
export interface KeyTypeConfig {
  /** Such as `thumbnails/{video}/{index}.jpg`. */
  readonly template: string;
  readonly codec: "json" | "bytes" | "npy" | "npz" | "jpg";
  /** Integer >= 1; raise it when the content's form changes. Default 1. */
  readonly version?: number | undefined;
  /** The content is in the key, so it never changes. Default false. */
  readonly immutable?: boolean | undefined;
}

/** How nodes agree on what was invalidated. */
export interface CoherenceConfig {
  /**
   * D in milliseconds over a network: a node that could not read the log for so long serves nothing, and an invalidation is
   * acknowledged at the latest when so much time has passed. Integer, 100 to 600,000; the log keeps the greatest that any node is
   * configured with. Default 5000.
   */
  readonly lease_ms?: number | undefined;
}

/** How dead copies are deleted in the background. */
export interface SweepConfig {
  /** Seconds from the end of one round to the next, a tenth more or less; above 0, at most 1,209,600. Default 21,600. */
  readonly interval?: number | undefined;
  /** Copies that are looked at in a second, at most; above 0. Default 500. */
  readonly rate?: number | undefined;
}

/** The section `caching`. */
export interface CachingConfig {
  /** `false` gives a cache that only computes. Default true. */
  readonly enabled?: boolean | undefined;
  /** Fastest first: the order of the properties is the order of the tiers. */
  readonly tiers?: Readonly<Record<string, TierConfig>> | undefined;
  /** By family: the first segment of a key. */
  readonly policies?: Readonly<Record<string, PolicyConfig>> | undefined;
  /** For families without a policy of their own, and for what their policy leaves out. */
  readonly default_policy?: PolicyConfig | undefined;
  readonly key_types?: readonly KeyTypeConfig[] | undefined;
  /** What differs for one tenant, by its id. */
  readonly tenants?:
    | Readonly<
        Record<string, Readonly<{ policies?: Readonly<Record<string, PolicyConfig>> | undefined }>>
      >
    | undefined;
  /** At most so many promotions, demotions and deletions run at a time. Default 64. */
  readonly background_limit?: number | undefined;
  /** How long a read waits for the invalidation log before it computes instead. Default 1000. */
  readonly coherence_wait_ms?: number | undefined;
  readonly coherence?: CoherenceConfig | undefined;
  /** Deletes in the background what invalidations have killed; `{}` with its defaults. Left out: nothing does so by itself. */
  readonly sweep?: SweepConfig | undefined;
  /** What things cost. Left out: nothing is told in money. */
  readonly prices?: PricesConfig | undefined;
}

/** What a configuration file says, and what `createCache({ config })` takes. Properties `x-...` at the top are the reader's own. */
export interface CacheConfig {
  readonly caching: CachingConfig;
  readonly telemetry?: TelemetrySection | undefined;
  readonly [extension: `x-${string}`]: unknown;
}
