import type { TierOptions } from "@cogniverse/core";
import type { BackendContext, CacheBackend } from "@cogniverse/sdk";
import type { Finding } from "../config/config-problem.ts";
import type { ResolvedTier } from "../config/resolved-config.ts";
import type { KnownSecrets } from "../secrets/known-secrets.ts";
import { deferredBackend } from "./deferred-backend.ts";
import { TierConnection } from "./tier-connection.ts";

/** So long a tier may take to start before the cache starts without it. */
const START_LIMIT_MS = 5000;

/** Tiers that were started, there or not. `findings`: what their backends called a wrong configuration; the rest is of no use then. */
export type StartedTiers = Readonly<{
  connections: readonly TierConnection[];
  options: readonly TierOptions[];
  findings: readonly Finding[];
}>;

/** Starts all tiers at once and resolves when each is there, has failed, or has had its time. */
export async function startTiers(
  tiers: readonly ResolvedTier[],
  context: Omit<BackendContext, "tier">,
  secrets: KnownSecrets,
): Promise<StartedTiers> {
  const connections = tiers.map((tier) => {
    // Spelt out, since contexts may be class instances, whose methods a spread would lose.
    const { clock, random, logger, telemetry, networkLeaseMs } = context;
    const own = { tier: tier.name, clock, random, logger, telemetry };
    const given = networkLeaseMs === undefined ? own : { ...own, networkLeaseMs };
    return new TierConnection(tier, given, secrets);
  });
  await Promise.all(connections.map((connection) => connection.start(START_LIMIT_MS)));
  return {
    connections,
    options: connections.map((connection) => tierOptions(connection, context)),
    findings: connections.flatMap(wrongConfiguration),
  };
}

function tierOptions(
  connection: TierConnection,
  { clock }: Omit<BackendContext, "tier">,
): TierOptions {
  const { name, timeLimitMs, breakerFailures, breakerPauseMs } = connection.tier;
  const { backend } = connection;
  if (backend === undefined) connection.guardLate((late) => unannouncedLog(connection.tier, late));
  return {
    name,
    backend: backend ?? deferredBackend(connection, clock),
    timeLimitMs,
    breakerFailures,
    breakerPauseMs,
  };
}

/** The cache runs on another log by now: under this one, what was invalidated meanwhile would come back. */
function unannouncedLog(tier: ResolvedTier, late: CacheBackend): string | undefined {
  if (late.log === undefined || tier.module.profile?.logLeaseMs !== undefined) return undefined;
  return `the backend "${tier.backend}" has an invalidation log that its module does not announce, so it cannot join a running cache; start again`;
}

function wrongConfiguration({
  wrongConfiguration: error,
  tier,
}: TierConnection): readonly Finding[] {
  if (error === undefined) return [];
  const path = ["caching", "tiers", tier.name, "config"];
  return [{ code: "wrong_value", path, message: error.message }];
}
