import type { MetricOptions } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import type { CollectionResult, MetricData, MetricProducer } from "@opentelemetry/sdk-metrics";
import { METER_NAME, type CacheMeter, type CacheObservable } from "../../metrics/meter-source.ts";
import { BucketHistogram } from "./bucket-histogram.ts";
import { instant, type Instant } from "./instant.ts";
import { ObservedPoints } from "./observed-points.ts";

/** The cache's instruments, read by the SDK's readers. Cumulative, whatever temporality an exporter prefers. A name has one instrument. */
export class CacheInstruments implements CacheMeter, MetricProducer {
  readonly #instruments: (BucketHistogram | ObservedPoints)[] = [];
  readonly #now = (): Instant => instant(Date.now());

  createHistogram(name: string, options: MetricOptions = {}): BucketHistogram {
    return this.#added(new BucketHistogram(name, options, this.#now));
  }

  createObservableCounter(name: string, options: MetricOptions = {}): CacheObservable {
    return this.#added(new ObservedPoints("counter", name, { options, now: this.#now }));
  }

  createObservableGauge(name: string, options: MetricOptions = {}): CacheObservable {
    return this.#added(new ObservedPoints("gauge", name, { options, now: this.#now }));
  }

  /** Of everything that has a value; the resource is the reader's. */
  async collect(): Promise<CollectionResult> {
    const metrics: MetricData[] = [];
    for (const instrument of this.#instruments) {
      const data = instrument.collect();
      if (data.dataPoints.length > 0) metrics.push(data);
    }
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: METER_NAME }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }

  #added<T extends BucketHistogram | ObservedPoints>(instrument: T): T {
    this.#instruments.push(instrument);
    return instrument;
  }
}
