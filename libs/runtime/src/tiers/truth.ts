import { chooseLogOwner } from "@cogniverse/core";
import type { BackendTraits } from "@cogniverse/sdk";
import type { ResolvedConfig, ResolvedTier } from "../config/resolved-config.ts";
import { announcedLeaseMs } from "./announced-lease.ts";

/** Whose invalidation log is the truth, and what that means. Plain data, worked out before anything is connected. */
export type TruthSummary = Readonly<{
  /** `null`: no tier has a log, so it is kept in this process. */
  tier: string | null;
  backend: string | null;
  /** D, as configured; the log keeps the greatest that any of its nodes has. 0 = no other process can read it. */
  leaseMs: number;
  /** Why it is this one, for people. */
  why: string;
  /** When an invalidation is acknowledged, for people. */
  acknowledged: string;
  /** What the choice costs, where that may surprise. */
  warning?: string;
}>;

/** The truth of a configuration, by what its modules announce: a tier that is down when the cache starts is the truth all the same. */
export function truthOf({ tiers, networkLeaseMs }: ResolvedConfig): TruthSummary {
  const candidates = tiers.map((tier) => {
    const log = announcedLeaseMs(tier.module, networkLeaseMs);
    return { tier, traits: tier.module.profile?.traits, log };
  });
  const owner = chooseLogOwner(candidates);
  if (owner === undefined) return ofThisProcess(tiers);
  const { tier, traits, log: leaseMs = 0 } = owner;
  const others = candidates.filter((c) => c !== owner && c.log !== undefined);
  const warning = volatileTruth(tier, traits, tiers);
  return {
    tier: tier.name,
    backend: tier.backend,
    leaseMs,
    why: reason(traits, others),
    acknowledged: acknowledgement(leaseMs),
    ...(warning === undefined ? {} : { warning }),
  };
}

type Candidate = Readonly<{ tier: ResolvedTier; traits: BackendTraits | undefined }>;

const SEEN_BY = { process: "this process", machine: "this machine", shared: "all nodes" };

function reach(traits: BackendTraits | undefined): string {
  const { locality, durable } = traits ?? { locality: "process", durable: false };
  return `seen by ${SEEN_BY[locality]}, ${durable ? "durable" : "not durable"}`;
}

function reason(traits: BackendTraits | undefined, others: readonly Candidate[]): string {
  if (others.length === 0) return `the only tier with an invalidation log (${reach(traits)})`;
  const before = others.map((c) => `"${c.tier.name}" (${reach(c.traits)})`).join(" and ");
  return `${reach(traits)}; chosen over ${before}`;
}

function acknowledgement(leaseMs: number): string {
  if (leaseMs === 0) return "when it is recorded: no other process can serve from before it";
  return `when it is recorded and no node can serve from before it, at the latest ${leaseMs} ms later; with wait "durable" as soon as it is recorded`;
}

function ofThisProcess(tiers: readonly ResolvedTier[]): TruthSummary {
  const shared = tiers.find((t) => t.module.profile?.traits.locality === "shared");
  return {
    tier: null,
    backend: null,
    leaseMs: 0,
    why: "no tier has an invalidation log: it is kept in this process and begins anew with it",
    acknowledged: acknowledgement(0),
    ...(shared === undefined
      ? {}
      : {
          warning: `what is in "${shared.name}" when the process starts is not served: nobody knows what was invalidated`,
        }),
  };
}

function volatileTruth(
  truth: ResolvedTier,
  traits: BackendTraits | undefined,
  tiers: readonly ResolvedTier[],
): string | undefined {
  if (traits?.durable === true) return undefined;
  const kept = tiers.find((t) => t !== truth && t.module.profile?.traits.durable === true);
  if (kept === undefined) return undefined;
  return `the log is as durable as "${truth.name}": where that loses its data, every copy in "${kept.name}" is dead too (cost, not error); let it persist its data (AOF), or add a tier whose log is durable and shared`;
}
