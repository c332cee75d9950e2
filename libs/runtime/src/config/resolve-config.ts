import type { BackgroundSweepOptions, PolicyOptions } from "@cogniverse/core";
import { DEFAULT_NETWORK_LEASE_MS } from "@cogniverse/sdk";
import type {
  CacheConfig,
  CachingConfig,
  PolicyConfig,
  SweepConfig,
  TierConfig,
} from "./cache-config.ts";
import { POLICY_OPTIONS } from "./policy-schema.ts";
import { resolvePrices, telemetryConfig } from "./resolve-telemetry.ts";
import type { ResolvedConfig, ResolvedTier } from "./resolved-config.ts";
import { DEFAULT_SWEEP_INTERVAL } from "./sweep-schema.ts";

/** A tier's module and its options, by the tier's name. */
export type TierModules = ReadonlyMap<string, Pick<ResolvedTier, "module" | "options" | "package">>;

/** From the names of YAML to those of core. The configuration was checked; tiers without a module are left out. */
export function resolveConfig(
  { caching, telemetry }: CacheConfig,
  modules: TierModules,
): ResolvedConfig {
  const enabled = caching.enabled ?? true;
  const resolvePolicy = (policy: PolicyConfig): PolicyOptions => policyOptions(policy, enabled);
  return {
    enabled,
    tiers: enabled ? resolveTiers(caching, modules) : [],
    policies: mapValues(caching.policies ?? {}, resolvePolicy),
    defaultPolicy:
      caching.default_policy === undefined ? undefined : resolvePolicy(caching.default_policy),
    tenants: mapValues(caching.tenants ?? {}, (tenant) => ({
      policies: mapValues(tenant.policies ?? {}, resolvePolicy),
    })),
    keyTypes: caching.key_types ?? [],
    backgroundLimit: caching.background_limit,
    coherenceWaitMs: caching.coherence_wait_ms,
    networkLeaseMs: caching.coherence?.lease_ms ?? DEFAULT_NETWORK_LEASE_MS,
    sweep: caching.sweep === undefined ? undefined : backgroundSweep(caching.sweep),
    prices: caching.prices === undefined ? undefined : resolvePrices(caching.prices),
    figuresIntervalMs: telemetry?.metrics?.figures_interval_ms,
    telemetry: telemetry === undefined ? undefined : telemetryConfig(telemetry),
  };
}

function backgroundSweep({
  interval = DEFAULT_SWEEP_INTERVAL,
  rate,
}: SweepConfig): BackgroundSweepOptions {
  return { intervalMs: interval * 1000, rate };
}

function resolveTiers(caching: CachingConfig, modules: TierModules): readonly ResolvedTier[] {
  return Object.entries(caching.tiers ?? {}).flatMap(([name, tier]) => {
    const found = modules.get(name);
    return found === undefined ? [] : [{ name, ...found, ...tierLimits(tier) }];
  });
}

function tierLimits(
  tier: TierConfig,
): Omit<ResolvedTier, "name" | "module" | "options" | "package"> {
  return {
    backend: tier.backend,
    timeLimitMs: tier.time_limit_ms,
    breakerFailures: tier.breaker_failures,
    breakerPauseMs: tier.breaker_pause_ms,
  };
}

/** One policy in core's terms: whatever is no option is a tier. Of a cache that is not enabled there is none that it could name. */
function policyOptions(policy: PolicyConfig, enabled: boolean): PolicyOptions {
  const tiers: Record<string, boolean> = {};
  for (const [name, value] of enabled ? Object.entries(policy) : [])
    if (!POLICY_OPTIONS.includes(name) && typeof value === "boolean") tiers[name] = value;
  return {
    tiers,
    ttl: policy.ttl,
    demote: policy.demote,
    compressAboveBytes: policy.compress_above_bytes,
    maxValueBytes: policy.max_value_bytes,
    copyOnRead: policy.copy_on_read,
    writes: policy.writes,
  };
}

function mapValues<V, R>(
  map: Readonly<Record<string, V>>,
  change: (value: V) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}
