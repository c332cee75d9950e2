import type { Finding } from "./config-problem.ts";
import { nearestName } from "./nearest-name.ts";
import { mapIn, type RawMap } from "./raw-value.ts";

/** What is meant for the families that are not named. */
const OTHERS = "default";

/** Prices of what is not there. `families`: those of all known key types; one with a policy of its own is there too. */
export function pricesFindings(caching: RawMap, families: readonly string[]): readonly Finding[] {
  const prices = mapIn(caching, "prices");
  const tiers = Object.keys(mapIn(caching, "tiers"));
  const known = [...new Set([...families, ...Object.keys(mapIn(caching, "policies"))])];
  return [
    ...unknown(prices, "compute_second", { what: "a family of keys", known: [...known, OTHERS] }),
    ...unknown(prices, "request", { what: "a tier", known: tiers }),
    ...unknown(prices, "gib_month", { what: "a tier", known: tiers }),
  ];
}

function unknown(
  prices: RawMap,
  option: string,
  { what, known }: Readonly<{ what: string; known: readonly string[] }>,
): readonly Finding[] {
  return Object.keys(mapIn(prices, option))
    .filter((name) => !known.includes(name))
    .map((name) => {
      const suggestion = nearestName(name, known);
      const end =
        suggestion === undefined
          ? `: there are ${known.join(", ") || "none"}`
          : `; did you mean "${suggestion}"?`;
      const message = `"${name}" is not ${what}${end}`;
      const path = ["caching", "prices", option, name];
      return { code: "unknown_name", path, message, suggestion, atName: true };
    });
}
