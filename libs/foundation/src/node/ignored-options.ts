import type { TelemetryConfig } from "./telemetry-config.ts";

/** Options that are about the export of spans alone, as a configuration file names them. */
const OF_SPANS = [
  ["endpoint", "endpoint"],
  ["protocol", "protocol"],
  ["compression", "compression"],
  ["headers", "headers"],
  ["apiKey", "api_key"],
  ["project", "project"],
  ["tenancy", "tenancy"],
  ["annotations", "annotations"],
  ["batch", "batch"],
] as const satisfies readonly (readonly [keyof TelemetryConfig, string])[];

/** What `config` says in vain where spans go to an SDK that the process has of its own. `metrics`: some leave, and carry `service`. */
export function ignoredOptions(config: TelemetryConfig, metrics: boolean): readonly string[] {
  const ignored: string[] = OF_SPANS.filter(([field]) => says(config[field])).map(
    ([, name]) => name,
  );
  if (!metrics && says(config.service)) ignored.push("service");
  return ignored.map((name) => `telemetry.${name}`);
}

/** A variable that is not set leaves an empty text. */
function says(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(says);
  return value !== undefined && value !== "" && value !== false;
}
