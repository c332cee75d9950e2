import type { Attributes } from "@cogniverse/sdk";
import { createNoopMeter, metrics, type MetricOptions } from "@opentelemetry/api";

/** Asked at each collection for one value of each set of attributes. */
export type ObservedCallback = (
  result: Readonly<{ observe: (value: number, attributes: Attributes) => void }>,
) => void;

/** An observable counter or gauge. */
export interface CacheObservable {
  addCallback(callback: ObservedCallback): void;
}

/** A histogram. */
export interface CacheHistogram {
  record(value: number, attributes?: Attributes): void;
}

/** The part of an OpenTelemetry `Meter` that the cache's metrics use. */
export interface CacheMeter {
  createHistogram(name: string, options?: MetricOptions): CacheHistogram;
  createObservableCounter(name: string, options?: MetricOptions): CacheObservable;
  createObservableGauge(name: string, options?: MetricOptions): CacheObservable;
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
