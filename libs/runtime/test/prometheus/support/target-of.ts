import type { ConfiguredCache } from "../../../src/index.ts";

/** `host:port` where a Prometheus finds the cache's figures: its `instance`. */
export function targetOf(cache: ConfiguredCache): string {
  return new URL(cache.telemetryReport?.prometheusUrl ?? "").host;
}
