import { CacheError } from "@cogniverse/sdk";
import { checkTenant } from "@cogniverse/sdk/keys";
import type { ConfigPath, Finding } from "./config-problem.ts";
import { nearestName, SLIP } from "./nearest-name.ts";
import { POLICY_OPTIONS } from "./policy-schema.ts";
import { isRawMap, mapIn, type RawMap } from "./raw-value.ts";
import { unknownTier } from "./tier-findings.ts";

type PolicyPlace = Readonly<{ path: ConfigPath; policy: RawMap; family: string | undefined }>;

/** Policies that name what is not there, and tenants that cannot be. `families`: those of all known key types. */
export function policyFindings(caching: RawMap, families: readonly string[]): readonly Finding[] {
  const tiers = Object.keys(mapIn(caching, "tiers"));
  const places = policyPlaces(caching);
  return [
    ...places.flatMap((place) => tierNames(place, tiers)),
    ...places.flatMap((place) => familyName(place, families)),
    ...Object.keys(mapIn(caching, "tenants")).flatMap(tenantId),
  ];
}

function policyPlaces(caching: RawMap): readonly PolicyPlace[] {
  const places = policiesBelow(["caching"], caching);
  const byDefault = caching["default_policy"];
  if (isRawMap(byDefault))
    places.push({ path: ["caching", "default_policy"], policy: byDefault, family: undefined });
  const tenants = mapIn(caching, "tenants");
  for (const id of Object.keys(tenants))
    places.push(...policiesBelow(["caching", "tenants", id], mapIn(tenants, id)));
  return places;
}

function policiesBelow(path: ConfigPath, owner: RawMap): PolicyPlace[] {
  const places: PolicyPlace[] = [];
  for (const [family, policy] of Object.entries(mapIn(owner, "policies")))
    if (isRawMap(policy)) places.push({ path: [...path, "policies", family], policy, family });
  return places;
}

function tierNames({ path, policy }: PolicyPlace, tiers: readonly string[]): readonly Finding[] {
  return Object.keys(policy)
    .filter((name) => !POLICY_OPTIONS.includes(name) && !tiers.includes(name))
    .map((name) => unknownTier(name, [...path, name], tiers));
}

/** Keys of any family can be used as text, so only what looks like a slip is refused; `key_types` settles it. */
function familyName(
  { path, family }: PolicyPlace,
  families: readonly string[],
): readonly Finding[] {
  if (family === undefined || families.includes(family)) return [];
  const suggestion = nearestName(family, families, SLIP);
  if (suggestion === undefined) return [];
  const message = `No key type is of the family "${family}"; did you mean "${suggestion}"? If it is one of your own, declare it under key_types`;
  return [{ code: "unknown_name", path, message, suggestion, atName: true }];
}

function tenantId(id: string): readonly Finding[] {
  try {
    checkTenant(id);
    return [];
  } catch (error) {
    if (!CacheError.isInstance(error)) throw error;
    const path = ["caching", "tenants", id];
    return [{ code: "wrong_value", path, message: error.message, atName: true }];
  }
}
