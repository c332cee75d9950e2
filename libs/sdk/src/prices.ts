/**
 * What things cost, in one currency. Whatever is left out is free. All figures are finite and not below 0.
 * - `currency`: how it is called, three capital letters as in ISO 4217 ("USD").
 * - `computeSecond`: of one second of compute; by key type where they differ, `default` for those that are not named.
 * - `request`: of one call into a tier, by the tier's name.
 * - `gibMonth`: of keeping one GiB (2^30 bytes) in a tier for a month of 730 hours, by the tier's name.
 */
export type Prices = Readonly<{
  currency: string;
  computeSecond?: number | Readonly<Record<string, number>>;
  request?: Readonly<Record<string, number>>;
  gibMonth?: Readonly<Record<string, number>>;
}>;

/**
 * What the cache earned and cost one tenant since the manager was made, in `currency`. `computeSaved`: every hit at the measured compute time of its
 * entry; `computeSpent`: what was computed all the same; `requests`: calls into tiers; `storagePerMonth`: what the tiers hold now, for a month;
 * `storage`: the same for the time since the manager was made. `net`: `computeSaved - requests - storage`; without the cache `computeSpent` would be due too.
 * `byTier`: what each tier costs; together they are `requests`, `storagePerMonth` and `storage`.
 */
export type Money = Readonly<{
  currency: string;
  computeSaved: number;
  computeSpent: number;
  requests: number;
  storagePerMonth: number;
  storage: number;
  net: number;
  byTier: Readonly<Record<string, TierMoney>>;
}>;

/** One tier's part of {@link Money}: what its requests came to, and what it holds, for a month and for the time since the manager was made. */
export type TierMoney = Readonly<{
  requests: number;
  storagePerMonth: number;
  storage: number;
}>;
