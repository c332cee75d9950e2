import type { Attributes } from "@cogniverse/sdk";
import {
  createNoopMeter,
  metrics,
  type Histogram,
  type Meter,
  type MetricOptions,
} from "@opentelemetry/api";

/** The part of an OpenTelemetry `Meter` that the cache's metrics use. */
export interface CacheMeter extends Pick<
  Meter,
  "createObservableCounter" | "createObservableGauge"
> {
  createHistogram(name: string, options?: MetricOptions): Histogram<Attributes>;
}

/** Name of the instrumentation scope of everything that the cache measures. */
export const METER_NAME = "@cogniverse/cache";

/**
 * Returns a function that returns the meter of the process as soon as there is one: the metrics API, unlike that of traces, hands out meters that
 * stay dead when an SDK is registered later. About 50 ns while there is none, 1 ns from then on.
 */
export function globalMeter(): () => CacheMeter | undefined {
  let found: CacheMeter | undefined;
  return () => (found ??= registeredMeter());
}

function registeredMeter(): CacheMeter | undefined {
  const meter = metrics.getMeterProvider().getMeter(METER_NAME);
  return meter === createNoopMeter() ? undefined : meter;
}
