import { noTelemetry } from "@cogniverse/core";
import type { ConfiguredCache } from "@cogniverse/runtime";
import type { Observation, TelemetryPort } from "@cogniverse/sdk";
import { EXIT, ExitError } from "./exit-code.ts";

/** Telemetry that keeps nothing but which tiers failed a call. */
export class TierFailures {
  readonly telemetry: TelemetryPort;
  readonly #observations = new Set<Observation>();

  constructor() {
    this.telemetry = {
      ...noTelemetry,
      observe: (name, read) => {
        if (name === "cache.errors") this.#observations.add(read);
        return { [Symbol.dispose]: () => void this.#observations.delete(read) };
      },
    };
  }

  /** Names of the tiers that failed a call until now. */
  get tiers(): ReadonlySet<string> {
    const failed = new Set<string>();
    for (const read of this.#observations)
      read((errors, { tier }) => void (errors > 0 && failed.add(String(tier))));
    return failed;
  }
}

/**
 * Why an answer that looked at every tier may lack something, one line a tier; empty where it lacks nothing. Ask after that answer, while the
 * cache is open. `isEmpty`: the answer held nothing, as it also does where the invalidation log cannot be read.
 */
export async function leftOut(
  cache: ConfiguredCache,
  failures: TierFailures,
  { tenant, isEmpty }: Readonly<{ tenant: string; isEmpty: boolean }>,
): Promise<readonly string[]> {
  const failed = failures.tiers;
  const tiers = cache.report.tiers.flatMap(({ name, backend, state, reason }) => {
    if (state === "up" && !failed.has(name)) return [];
    return [`tier "${name}" (${backend}) could not be looked at: ${reason ?? "it did not answer"}`];
  });
  const unread = isEmpty && !(await cache.stats(tenant)).log.live;
  const log = "the invalidation log cannot be read, and without it no tier's copies are served";
  return unread ? [...tiers, log] : tiers;
}

/** Throws {@link ExitError} where something was left out. */
export function refuseLeftOut(what: string, reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  throw new ExitError(EXIT.notThere, `${what} is not complete:\n  ${reasons.join("\n  ")}`);
}

/** What is told where nothing is known of a tenant: no mistake to the cache, but its name often is one. */
export function unknownTenant(tenant: string): string {
  return `no entry and no record of tenant ${tenant} was known`;
}
