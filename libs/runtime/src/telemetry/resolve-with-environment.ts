import { resolveTelemetryConfig } from "@cogniverse/foundation/config";
import type { ResolvedTelemetryConfig, TelemetryConfig } from "@cogniverse/foundation/node";
import { CacheError } from "@cogniverse/sdk";
import type { Finding } from "../config/config-problem.ts";
import type { Environment } from "../config/expand-variables.ts";

/** What a telemetry section comes to with the environment, or what is wrong there; neither where there is no section. */
export type WithEnvironment = Readonly<{ config?: ResolvedTelemetryConfig; finding?: Finding }>;

/** The section over the variables `OTEL_...` and `PHOENIX_...`. Starts nothing. */
export function resolveWithEnvironment(
  config: TelemetryConfig | undefined,
  env: Environment,
): WithEnvironment {
  if (config === undefined) return {};
  try {
    return { config: resolveTelemetryConfig(config, env) };
  } catch (error) {
    const finding = telemetryFinding(error);
    if (finding === undefined) throw error;
    return { finding };
  }
}

/** Whether anything leaves this process by itself. */
export function isExporting({ enabled, traces, metrics }: ResolvedTelemetryConfig): boolean {
  return enabled && (traces ?? metrics.otlp ?? metrics.prometheus) !== undefined;
}

/** What the foundation calls a wrong configuration. What the section itself says was looked at before, so it is about variables, packages or a port. */
export function telemetryFinding(error: unknown): Finding | undefined {
  if (!CacheError.isInstance(error) || error.code !== "invalid_config") return undefined;
  const { message } = error;
  const option = /^telemetry\.metrics\.prometheus: .* change `(port|host)`/.exec(message)?.[1];
  if (option === undefined)
    return { code: "wrong_value", path: ["telemetry"], message, atName: true };
  return { code: "wrong_value", path: ["telemetry", "metrics", "prometheus", option], message };
}
