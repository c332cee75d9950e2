import {
  CacheError,
  type FamilyStats,
  type Money,
  type Prices,
  type TierMoney,
  type TierStats,
} from "@cogniverse/sdk";
import { total } from "./counters.ts";

/** What prices are applied to. */
export type Priced = Readonly<{
  byFamily: Readonly<Record<string, Pick<FamilyStats, "computeMs" | "savedMs">>>;
  tiers: readonly Pick<TierStats, "tier" | "requests" | "bytes">[];
}>;

const GIB = 2 ** 30;
/** 730 hours, the month that storage is sold by. */
const MONTH_MS = 730 * 3_600_000;

/** The money that the figures come to; `elapsedMs`: for how long they were counted. */
export function moneyOf({ byFamily, tiers }: Priced, prices: Prices, elapsedMs: number): Money {
  const { currency } = prices;
  let computeSaved = 0;
  let computeSpent = 0;
  for (const [family, { computeMs, savedMs }] of Object.entries(byFamily)) {
    const second = computeSecond(prices, family);
    computeSaved += (savedMs / 1000) * second;
    computeSpent += (computeMs / 1000) * second;
  }
  const costs = tiers.map((tier) => [tier.tier, tierMoney(tier, prices, elapsedMs)] as const);
  const sum = (part: keyof TierMoney): number => costs.reduce((n, [, cost]) => n + cost[part], 0);
  const requests = sum("requests");
  const storagePerMonth = sum("storagePerMonth");
  const storage = sum("storage");
  const net = computeSaved - requests - storage;
  const byTier = Object.fromEntries(costs);
  return { currency, computeSaved, computeSpent, requests, storagePerMonth, storage, net, byTier };
}

function tierMoney(
  { tier, bytes, requests }: Priced["tiers"][number],
  { request, gibMonth }: Prices,
  elapsedMs: number,
): TierMoney {
  const storagePerMonth = (bytes / GIB) * named(gibMonth, tier);
  return {
    requests: total(requests) * named(request, tier),
    storagePerMonth,
    storage: storagePerMonth * (elapsedMs / MONTH_MS),
  };
}

function computeSecond({ computeSecond: price = 0 }: Prices, family: string): number {
  if (typeof price === "number") return price;
  return Object.hasOwn(price, family) ? named(price, family) : named(price, "default");
}

function named(table: Readonly<Record<string, number>> = {}, name: string): number {
  return Object.hasOwn(table, name) ? (table[name] ?? 0) : 0;
}

/** Refuses prices that no sum can be made of, and those of tiers that are not there. Throws `invalid_config` that names the price. */
export function checkPrices(prices: Prices | undefined, tiers: readonly string[]): void {
  if (prices === undefined) return;
  const { currency, computeSecond: compute = {}, request = {}, gibMonth = {} } = prices;
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
    throw invalid(
      `prices.currency is ${JSON.stringify(currency)}: three capital letters, like USD`,
    );
  if (typeof compute === "object") checkTable("computeSecond", compute);
  else checkPrice("computeSecond", compute);
  for (const [name, table] of Object.entries({ request, gibMonth })) {
    checkTable(name, table);
    const unknown = Object.keys(table).find((tier) => !tiers.includes(tier));
    if (unknown !== undefined)
      throw invalid(
        `prices.${name} names the tier "${unknown}"; there are ${tiers.join(", ") || "none"}`,
      );
  }
}

function checkTable(name: string, table: Readonly<Record<string, number>>): void {
  for (const [of, price] of Object.entries(table)) checkPrice(`${name}.${of}`, price);
}

function checkPrice(name: string, price: number): void {
  if (!Number.isFinite(price) || price < 0)
    throw invalid(`prices.${name} is ${price}: a finite number of the currency, 0 or above`);
}

function invalid(message: string): CacheError {
  return new CacheError("invalid_config", message);
}
