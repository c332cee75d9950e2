import { CacheError, type ReadOptions } from "@cogniverse/sdk";
import type { Tier } from "../tier/tier.ts";

type Switches = Pick<ReadOptions<unknown>, "hot" | "warm" | "cold" | "tiers">;

/**
 * The tiers that take part in one call, fastest first. `tiers` wins over `hot`, `warm` and `cold`, and those over the policy. The three seed
 * switches may name a tier that is not there; `tiers` may not: throws `invalid_config`.
 */
export function planTiers(
  all: readonly Tier[],
  policy: Readonly<Record<string, boolean>>,
  options: Switches,
): readonly Tier[] {
  const { tiers = {} } = options;
  for (const name of Object.keys(tiers)) {
    if (all.some((tier) => tier.name === name)) continue;
    const names = all.map((tier) => tier.name).join(", ") || "none";
    throw new CacheError(
      "invalid_config",
      `The option "tiers" names "${name}"; the tiers are ${names}`,
    );
  }
  const seed: Readonly<Record<string, boolean | undefined>> = {
    hot: options.hot,
    warm: options.warm,
    cold: options.cold,
  };
  return all.filter(({ name }) => tiers[name] ?? seed[name] ?? policy[name] ?? true);
}

/** Whether a call's options leave the plan of its policy as it is. */
export function plansAsPolicy(options: Switches): boolean {
  return (
    options.tiers === undefined &&
    options.hot === undefined &&
    options.warm === undefined &&
    options.cold === undefined
  );
}
