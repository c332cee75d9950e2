import { noTelemetry, silentLogger, systemClock, systemRandom } from "@cogniverse/core";
import type { BackendContext } from "@cogniverse/sdk";

/** What a tier of that name is given in production, without anyone who listens. */
export function backendContext(tier: string): BackendContext {
  return {
    tier,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    telemetry: noTelemetry,
  };
}
