import type {
  Clock,
  InvalidationLog,
  Logger,
  Prices,
  Random,
  SessionTable,
  TelemetryPort,
} from "@cogniverse/sdk";
import type { RegisteredKeyType } from "../keys/key-registry.ts";
import type { PolicyOptions } from "../policy/policy.ts";
import type { BackgroundSweepOptions } from "../sweep/background-options.ts";
import type { TierOptions } from "../tier/tier-options.ts";

/** What differs for one tenant. */
export interface TenantOptions {
  readonly policies?: Readonly<Record<string, PolicyOptions>> | undefined;
}

/** Options of {@link CacheManager}. Everything but `tiers` has a default. */
export interface CacheManagerOptions {
  /** Fastest first. None at all gives a cache that only computes. */
  readonly tiers: readonly TierOptions[];
  /** By family: the first segment of a key, without its version. */
  readonly policies?: Readonly<Record<string, PolicyOptions>> | undefined;
  /** For families without a policy of their own, and for what their policy leaves out. */
  readonly defaultPolicy?: PolicyOptions | undefined;
  /** By tenant id; wins over `policies`. */
  readonly tenants?: Readonly<Record<string, TenantOptions>> | undefined;
  /** Beside the built-in families: what string keys find their codec by. */
  readonly keyTypes?: readonly RegisteredKeyType[] | undefined;
  /** The invalidation log. Default: that of the most widely shared, most durable tier that has one, else one in memory. */
  readonly log?: InvalidationLog | undefined;
  /** The table of sessions beside {@link log}. Left out: the one of the first tier that has one, if the log of a tier is taken that keeps none itself. */
  readonly sessions?: SessionTable | undefined;
  /** At most so many promotions, demotions and deletions run at a time, and 16 times as many wait; beyond, the oldest waiting is given up. Default 64. */
  readonly backgroundLimit?: number | undefined;
  /** How long a read waits for the log where the lease ran out, before it computes instead. Default 1,000. */
  readonly coherenceWaitMs?: number | undefined;
  /** Deletes dead copies now and then, as `sweep` does for an operator. Default: not in the background. */
  readonly sweep?: BackgroundSweepOptions | undefined;
  /** While metrics are collected: how old what tiers are said to hold may get before they are asked anew. Default 60,000. */
  readonly figuresIntervalMs?: number | undefined;
  /** What `stats` works out money by. Default: no money. */
  readonly prices?: Prices | undefined;
  /** A read that took so many milliseconds gets a span also where no parent records, as misses and errors do. Default 250. */
  readonly slowReadMs?: number | undefined;
  /** Who this is, for people who ask which node invalidated something: a host and a process id, say. What makes it unique is added. Default: a random id. */
  readonly node?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
  readonly telemetry?: TelemetryPort | undefined;
}
