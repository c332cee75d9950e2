import { resolveTelemetryConfig } from "@cogniverse/foundation/config";
import type { Telemetry, TelemetryConfig } from "@cogniverse/foundation/node";
import type { Clock, Logger, TelemetryPort } from "@cogniverse/sdk";
import type { Environment } from "../config/expand-variables.ts";
import { processPort } from "./process-port.ts";
import { isExporting, telemetryFinding } from "./resolve-with-environment.ts";

/** Where a cache reports to. `started`: what is this cache's own, to be shut down with it. */
export type CacheTelemetry = Readonly<{ port: TelemetryPort; started: Telemetry | undefined }>;

/** What telemetry is made with. `given`: the port that code chose. */
export type TelemetryParts = Readonly<{
  given: TelemetryPort | undefined;
  config: TelemetryConfig | undefined;
  logger: Logger;
  env: Environment;
  clock: Clock;
  /** Traces alone, and no longer than this at the end. */
  tracesWithinMs?: number | undefined;
}>;

/**
 * What code gave; else what the configuration and the environment ask for; else whatever OpenTelemetry SDK the process has of its own. An SDK is
 * loaded only where something is to be exported: that costs 60 MB. Waits for no collector. Throws `invalid_config` for variables that make no sense.
 */
export async function cacheTelemetry(parts: TelemetryParts): Promise<CacheTelemetry> {
  const { given, config, logger, env, clock, tracesWithinMs } = parts;
  if (given !== undefined) return { port: given, started: undefined };
  if (config === undefined) return { port: await processPort(config, logger), started: undefined };
  if (tracesWithinMs !== undefined) return tracesOfCommand(parts, config, tracesWithinMs);
  if (!isExporting(resolveTelemetryConfig(config, env)))
    return { port: await processPort(config, logger), started: undefined };
  const { startTelemetry } = await import("@cogniverse/foundation/node");
  const started = await startTelemetry(config, { logger, env, clock });
  return { port: started.port, started };
}

/** A command does its work whatever becomes of its spans. A scrape endpoint would be in the way of the application's. */
async function tracesOfCommand(
  parts: TelemetryParts,
  config: TelemetryConfig,
  tracesWithinMs: number,
): Promise<CacheTelemetry> {
  const shutdownMs = Math.min(config.shutdownMs ?? tracesWithinMs, tracesWithinMs);
  const traces = { ...config, metrics: {}, shutdownMs };
  try {
    return await cacheTelemetry({ ...parts, config: traces, tracesWithinMs: undefined });
  } catch (error) {
    const finding = telemetryFinding(error);
    if (finding === undefined) throw error;
    parts.logger.warn("no span of this command is exported", { why: finding.message });
    return { port: await processPort(config, parts.logger), started: undefined };
  }
}
