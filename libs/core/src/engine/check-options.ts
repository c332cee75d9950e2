import { CacheError } from "@cogniverse/sdk";
import { checkTenant } from "@cogniverse/sdk/keys";
import type { CacheManagerOptions } from "../manager/manager-options.ts";
import type { PolicyOptions } from "../policy/policy.ts";
import { checkPrices } from "../stats/money.ts";
import { checkTierNames } from "../tier/check-tier-names.ts";
import type { TierOptions } from "../tier/tier-options.ts";

/** Refuses options that contradict each other or could never work. Throws `invalid_config` that names the option. */
export function checkOptions(options: CacheManagerOptions): void {
  checkTierNames(options);
  atLeast(1, "backgroundLimit", options.backgroundLimit);
  atLeast(1, "coherenceWaitMs", options.coherenceWaitMs);
  atLeast(0, "figuresIntervalMs", options.figuresIntervalMs);
  atLeast(0, "slowReadMs", options.slowReadMs);
  options.tiers.forEach(checkTier);
  checkPrices(
    options.prices,
    options.tiers.map(({ name }) => name),
  );
  if (options.defaultPolicy !== undefined) checkPolicy("defaultPolicy", options.defaultPolicy);
  checkPolicies("policies", options.policies);
  for (const [tenantId, tenant] of Object.entries(options.tenants ?? {})) {
    checkTenant(tenantId);
    checkPolicies(`tenants.${tenantId}.policies`, tenant.policies);
  }
}

function checkTier({ name, ...options }: TierOptions): void {
  atLeast(1, `Tier "${name}": timeLimitMs`, options.timeLimitMs);
  atLeast(1, `Tier "${name}": breakerFailures`, options.breakerFailures);
  atLeast(0, `Tier "${name}": breakerPauseMs`, options.breakerPauseMs);
}

function checkPolicies(
  place: string,
  policies: Readonly<Record<string, PolicyOptions>> | undefined,
): void {
  for (const [family, policy] of Object.entries(policies ?? {}))
    checkPolicy(`${place}.${family}`, policy);
}

function checkPolicy(place: string, policy: PolicyOptions): void {
  const { ttl, compressAboveBytes, maxValueBytes } = policy;
  if (typeof ttl === "number" && !(Number.isFinite(ttl) && ttl > 0))
    throw invalid(`${place}.ttl is ${ttl}: seconds above 0, or null for no expiry`);
  if (compressAboveBytes !== false) atLeast(0, `${place}.compressAboveBytes`, compressAboveBytes);
  atLeast(0, `${place}.maxValueBytes`, maxValueBytes);
}

function atLeast(least: number, name: string, value: number | undefined): void {
  if (value === undefined || value >= least) return;
  throw invalid(`${name} is ${value}; it has to be at least ${least}`);
}

function invalid(message: string): CacheError {
  return new CacheError("invalid_config", message);
}
