import type { CacheManager } from "@cogniverse/sdk";

/** Compute that hits made unnecessary, by the measured cost of what they served. `money`: where the configuration prices it. */
export type SavedCompute = Readonly<{
  computeSeconds: number;
  money?: Readonly<{ currency: string; amount: number }>;
}>;

/** What the cache has saved these tenants in this process until now. */
export async function savedCompute(
  cache: CacheManager,
  tenants: readonly string[],
): Promise<SavedCompute> {
  const stats = await Promise.all(tenants.map((tenant) => cache.stats(tenant)));
  return addSaved(
    stats.map(({ saved: { computeSeconds }, money }) =>
      money === undefined
        ? { computeSeconds }
        : { computeSeconds, money: { currency: money.currency, amount: money.computeSaved } },
    ),
  );
}

/** The sum; all of one currency. */
export function addSaved(parts: readonly SavedCompute[]): SavedCompute {
  const computeSeconds = parts.reduce((sum, part) => sum + part.computeSeconds, 0);
  const priced = parts.flatMap(({ money }) => (money === undefined ? [] : [money]));
  const [first] = priced;
  if (first === undefined) return { computeSeconds };
  const amount = priced.reduce((sum, money) => sum + money.amount, 0);
  return { computeSeconds, money: { currency: first.currency, amount } };
}

/** For people. */
export function describeSaved({ computeSeconds, money }: SavedCompute): string {
  const worth = money === undefined ? "" : `, ${money.amount.toPrecision(2)} ${money.currency}`;
  return `${computeSeconds.toFixed(2)} s of compute saved${worth}`;
}
