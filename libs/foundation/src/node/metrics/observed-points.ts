import { ValueType, type MetricOptions } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type GaugeMetricData,
  type SumMetricData,
} from "@opentelemetry/sdk-metrics";
import type { CacheObservable, ObservedCallback } from "../../metrics/meter-source.ts";
import type { Instant } from "./instant.ts";

/**
 * An observable instrument whose callback is asked at each collection, and whose answer is handed to the readers as it is. The SDK's own go over four maps
 * of their attributes' JSON texts on the way, go on reporting gauges that nobody observes any more, and merge what is beyond 2000 series without their
 * labels. One value for each set of attributes is the callback's business.
 */
export class ObservedPoints implements CacheObservable {
  readonly #kind: "counter" | "gauge";
  readonly #name: string;
  readonly #options: MetricOptions;
  readonly #now: () => Instant;
  readonly #startTime: Instant;
  readonly #callbacks: ObservedCallback[] = [];

  constructor(
    kind: "counter" | "gauge",
    name: string,
    { options, now }: Readonly<{ options: MetricOptions; now: () => Instant }>,
  ) {
    this.#kind = kind;
    this.#name = name;
    this.#options = options;
    this.#now = now;
    this.#startTime = now();
  }

  addCallback(callback: ObservedCallback): void {
    this.#callbacks.push(callback);
  }

  collect(): SumMetricData | GaugeMetricData {
    const { unit = "", description = "" } = this.#options;
    const data = {
      descriptor: { name: this.#name, unit, description, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: this.#points(),
    };
    return this.#kind === "gauge"
      ? { ...data, dataPointType: DataPointType.GAUGE }
      : { ...data, dataPointType: DataPointType.SUM, isMonotonic: true };
  }

  #points(): DataPoint<number>[] {
    const points: DataPoint<number>[] = [];
    const startTime = this.#startTime;
    const endTime = this.#now();
    for (const callback of this.#callbacks)
      callback({
        observe: (value, attributes) => void points.push({ attributes, startTime, endTime, value }),
      });
    return points;
  }
}
