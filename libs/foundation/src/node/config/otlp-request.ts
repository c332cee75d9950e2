import { type Environment, textOf } from "./environment.ts";
import { invalidConfig } from "./invalid-config.ts";

/**
 * What variables ask of the requests of one signal, its own before that of all signals; gzip unless asked. Throws `invalid_config`, which names the
 * variable, for anything but gzip and none.
 */
export function compressionOf(env: Environment, signal: "TRACES" | "METRICS"): "gzip" | "none" {
  for (const which of [`${signal}_`, ""]) {
    const name = `OTEL_EXPORTER_OTLP_${which}COMPRESSION`;
    const text = textOf(env, name);
    if (text === undefined) continue;
    if (text === "gzip" || text === "none") return text;
    throw invalidConfig([{ path: [name], message: 'must be "gzip" or "none"' }]);
  }
  return "gzip";
}

/** All headers in one, later over earlier, with lower-case names: gRPC takes no other. */
export function lowerCased(
  ...all: readonly Readonly<Record<string, string>>[]
): Record<string, string> {
  return Object.fromEntries(
    all.flatMap((headers) =>
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  );
}
