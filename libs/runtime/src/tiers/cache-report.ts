import type { TierConnection } from "./tier-connection.ts";

/** How one tier stands. `reason`: why it is down; left out while it is up. `attempts`: how often its backend was tried. */
export type TierReport = Readonly<{
  name: string;
  backend: string;
  /** Where its module came from; left out where it was given. */
  package?: string;
  state: "up" | "down";
  reason?: string;
  attempts: number;
}>;

/** How a cache stands. `degraded`: some tier could not be made yet; it is tried again until it can. Plain data. */
export type CacheReport = Readonly<{
  enabled: boolean;
  degraded: boolean;
  tiers: readonly TierReport[];
}>;

/** A report of this moment. */
export function reportOf(enabled: boolean, connections: readonly TierConnection[]): CacheReport {
  const tiers = connections.map(tierReport);
  return { enabled, degraded: tiers.some((tier) => tier.state === "down"), tiers };
}

function tierReport({ tier, reason, attempts }: TierConnection): TierReport {
  return {
    name: tier.name,
    backend: tier.backend,
    ...(tier.package === undefined ? {} : { package: tier.package }),
    state: reason === undefined ? "up" : "down",
    ...(reason === undefined ? {} : { reason }),
    attempts,
  };
}
