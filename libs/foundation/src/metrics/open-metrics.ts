import {
  METRICS,
  type Attributes,
  type Metric,
  type Observation,
  type Options,
  type TelemetryPort,
} from "@cogniverse/sdk";
import { Cardinality } from "./cardinality.ts";
import { globalMeter, type CacheHistogram, type CacheMeter } from "./meter-source.ts";
import { ObservedInstrument } from "./observed-instrument.ts";

/** The half of the port that measures. */
export interface MetricsPort extends Pick<
  TelemetryPort,
  "incrementCounter" | "measures" | "recordHistogram" | "observe"
> {
  /** How often a read callback threw, which left its values out of a collection. */
  readonly readFailures: number;
}

/** Options of {@link openMetrics}. */
export type MetricsOptions = Options<{
  /** Where instruments are made. Default: the meter that the process registers with the OpenTelemetry API, also if it does so later. */
  meter: CacheMeter;
  /** Tenants told apart; the others add up under "(other)". Default 100. */
  tenants: number;
  /** Key types told apart; the others add up under "(other)". Default 50. */
  keyTypes: number;
}>;

/**
 * Measures through an OpenTelemetry meter. Counters of one name add up, whether they were incremented or observed, and carry `tenant.id`
 * unless the tenant is "". Histograms carry no tenant: each of their series is two dozen of a counter's. What was counted by
 * {@link MetricsPort.incrementCounter} before there was a meter is lost; what is observed is not.
 */
export function openMetrics(options: MetricsOptions = {}): MetricsPort {
  return new MeteredPort(options);
}

class MeteredPort implements MetricsPort {
  readonly #findMeter: () => CacheMeter | undefined;
  readonly #cardinality: Cardinality;
  readonly #observed = new Map<string, ObservedInstrument>();
  readonly #histograms = new Map<string, CacheHistogram>();
  #meter: CacheMeter | undefined;
  #readFailures = 0;

  constructor({ meter, tenants = 100, keyTypes = 50 }: MetricsOptions) {
    this.#findMeter = meter === undefined ? globalMeter() : () => meter;
    this.#cardinality = new Cardinality({ tenants, keyTypes });
    this.observe("cache.telemetry.failures", (emit) => {
      if (this.#readFailures > 0) emit(this.#readFailures, { signal: "callbacks" });
    });
  }

  get readFailures(): number {
    return this.#readFailures;
  }

  measures(): boolean {
    return this.#meter !== undefined || this.#attach() !== undefined;
  }

  incrementCounter(name: string, tenantId: string, attributes: Attributes = {}): void {
    if (!this.measures()) return;
    const labelled = tenantId === "" ? attributes : { ...attributes, "tenant.id": tenantId };
    this.#instrument(name).increment(labelled);
  }

  recordHistogram(name: string, _tenantId: string, value: number, attributes?: Attributes): void {
    if (!Number.isFinite(value) || value < 0 || !this.measures()) return;
    const bounded = attributes === undefined ? {} : this.#cardinality.bound(attributes);
    this.#histogram(name)?.record(value, bounded);
  }

  observe(name: string, read: Observation): Disposable {
    const registered = this.#instrument(name).register(read);
    this.measures();
    return registered;
  }

  #instrument(name: string): ObservedInstrument {
    const known = this.#observed.get(name);
    if (known !== undefined) return known;
    const made = new ObservedInstrument(metricOf(name), {
      cardinality: this.#cardinality,
      readFailed: () => this.#readFailures++,
    });
    this.#observed.set(name, made);
    if (this.#meter !== undefined) watch(this.#meter, name, made);
    return made;
  }

  #histogram(name: string): CacheHistogram | undefined {
    const known = this.#histograms.get(name);
    if (known !== undefined || this.#meter === undefined) return known;
    const { unit, description, buckets } = metricOf(name);
    const made = this.#meter.createHistogram(name, {
      unit,
      description,
      // Exponential histograms, a possible default of the process, vanish without an error on their way to Prometheus.
      ...(buckets !== undefined && { advice: { explicitBucketBoundaries: [...buckets] } }),
    });
    this.#histograms.set(name, made);
    return made;
  }

  #attach(): CacheMeter | undefined {
    const meter = this.#findMeter();
    if (meter === undefined) return undefined;
    this.#meter = meter;
    for (const [name, instrument] of this.#observed) watch(meter, name, instrument);
    return meter;
  }
}

function watch(meter: CacheMeter, name: string, instrument: ObservedInstrument): void {
  const { unit, description } = metricOf(name);
  const observable =
    instrument.kind === "gauge"
      ? meter.createObservableGauge(name, { unit, description })
      : meter.createObservableCounter(name, { unit, description });
  observable.addCallback((result) => {
    for (const [{ attributes }, value] of instrument.collect()) result.observe(value, attributes);
  });
}

function metricOf(name: string): Metric {
  return METRICS[name] ?? { kind: "counter", unit: "", description: "" };
}
