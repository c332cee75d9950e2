import { resolve } from "node:path";
import type { Finding } from "./config-problem.ts";
import { TIER_NAME } from "./config-schema.ts";
import { nearestName } from "./nearest-name.ts";
import { POLICY_OPTIONS } from "./policy-schema.ts";
import { mapIn, type RawMap } from "./raw-value.ts";

/** Names whose place is known, fastest first. Any others may stand anywhere between them. */
const KNOWN_ORDER = ["memory", "hot", "warm", "cold"];
/** What telemetry says where no tier answered. */
const TAKEN = "miss";

/** What is wrong with the tiers as a whole: their names, their order, two that share one directory, none at all. */
export function tierFindings(caching: RawMap): readonly Finding[] {
  const tiers = mapIn(caching, "tiers");
  const names = Object.keys(tiers);
  return [
    ...noTiers(caching, names),
    ...names.flatMap(nameFinding),
    ...orderFindings(names),
    ...sharedDirectories(tiers),
  ];
}

function noTiers(caching: RawMap, names: readonly string[]): readonly Finding[] {
  const given = caching["tiers"];
  const empty = given === undefined || given === null || names.length === 0;
  if (!empty || caching["enabled"] === false) return [];
  const isMap = given === undefined || given === null || typeof given === "object";
  if (!isMap) return [];
  const message =
    "No tiers: name at least one, or say `enabled: false` for a cache that only computes";
  return [{ code: "impossible", path: ["caching", "tiers"], message, atName: true }];
}

function nameFinding(name: string): readonly Finding[] {
  const message = wrongName(name);
  if (message === undefined) return [];
  return [{ code: "wrong_value", path: ["caching", "tiers", name], message, atName: true }];
}

function wrongName(name: string): string | undefined {
  if (/^[-+.\d]/.test(name) && Number.isFinite(Number(name)))
    return `A tier's name cannot be a number, for numbers lose their order: call it "tier_${name.replaceAll(/\D/g, "")}" or the like`;
  if (!TIER_NAME.test(name))
    return `"${name}" cannot be a tier's name: use a letter, then up to 63 letters, digits, _ or -`;
  if (POLICY_OPTIONS.includes(name))
    return `"${name}" cannot be a tier's name: it is an option of policies`;
  return name === TAKEN
    ? `"${name}" cannot be a tier's name: it says that no tier answered`
    : undefined;
}

function orderFindings(names: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  let lowest = "";
  for (const name of names) {
    const rank = KNOWN_ORDER.indexOf(name);
    if (rank < 0) continue;
    if (rank < KNOWN_ORDER.indexOf(lowest)) {
      const message = `"${name}" must stand before "${lowest}": tiers are read in this order, fastest first (memory, hot, warm, cold)`;
      findings.push({
        code: "impossible",
        path: ["caching", "tiers", name],
        message,
        atName: true,
      });
    } else lowest = name;
  }
  return findings;
}

/** Two tiers on one directory would evict each other's entries and count every byte twice. */
function sharedDirectories(tiers: RawMap): readonly Finding[] {
  const findings: Finding[] = [];
  const owners = new Map<string, string>();
  for (const name of Object.keys(tiers)) {
    const directory = mapIn(mapIn(tiers, name), "config")["base_path"];
    if (typeof directory !== "string") continue;
    const owner = owners.get(resolve(directory));
    if (owner === undefined) {
      owners.set(resolve(directory), name);
      continue;
    }
    const message = `Tier "${owner}" has this directory already: two tiers cannot share one`;
    const path = ["caching", "tiers", name, "config", "base_path"];
    findings.push({ code: "impossible", path, message });
  }
  return findings;
}

/** For a name that should be a tier's and is not. */
export function unknownTier(
  name: string,
  path: Finding["path"],
  tiers: readonly string[],
): Finding {
  const suggestion = nearestName(name, [...tiers, ...POLICY_OPTIONS]);
  const end =
    suggestion === undefined
      ? `: tiers here are ${tiers.join(", ") || "none"}; options are ${POLICY_OPTIONS.join(", ")}`
      : `; did you mean "${suggestion}"?`;
  const message = `"${name}" is neither a tier nor an option of policies${end}`;
  return { code: "unknown_name", path, message, suggestion, atName: true };
}
