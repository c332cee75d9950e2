import { CacheError } from "@cogniverse/sdk";
import type { CacheManagerOptions } from "../manager/manager-options.ts";

/** Refuses tier names that cannot be told apart or named in a policy, and policies that name a tier which is not there. Throws `invalid_config`. */
export function checkTierNames(options: CacheManagerOptions): void {
  const names = options.tiers.map((t) => t.name);
  for (const [i, name] of names.entries()) {
    if (name === "" || /^\d+$/.test(name)) {
      throw invalid(
        `Tier ${i + 1} is called "${name}": a name is not empty and not a number, or its place would be lost`,
      );
    }
    if (name in Object.prototype)
      throw invalid(`No tier can be called "${name}": every object has something of that name`);
    if (names.indexOf(name) !== i) throw invalid(`Two tiers are called "${name}"`);
  }
  const perTenant = Object.values(options.tenants ?? {}).map((t) => t.policies ?? {});
  for (const policies of [
    options.policies ?? {},
    ...perTenant,
    { default: options.defaultPolicy ?? {} },
  ]) {
    for (const [family, policy] of Object.entries(policies)) {
      const unknown = Object.keys(policy.tiers ?? {}).find((name) => !names.includes(name));
      if (unknown === undefined) continue;
      throw invalid(
        `The policy "${family}" names the tier "${unknown}"; there are ${names.join(", ") || "none"}`,
      );
    }
  }
}

function invalid(message: string): CacheError {
  return new CacheError("invalid_config", message);
}
