import { ValueType, type MetricOptions } from "@opentelemetry/api";
import type { Attributes } from "@cogniverse/sdk";
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram as HistogramValue,
  type HistogramMetricData,
} from "@opentelemetry/sdk-metrics";
import { SeriesIndex } from "../../metrics/series.ts";
import type { Instant } from "./instant.ts";

/** Upper bounds where an instrument names none: OpenTelemetry's own. */
const DEFAULT_BOUNDS = [
  0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000,
] as const;

interface Series {
  readonly attributes: Attributes;
  readonly startTime: Instant;
  readonly counts: Float64Array;
  sum: number;
  count: number;
  min: number;
  max: number;
}

/**
 * A histogram that is summed up here and handed to the readers as it is. The SDK's own make a JSON text of the attributes for each value and each
 * reader (0.9 us, 2.5 us with two readers), which a hit in memory would feel; this takes a fifteenth of it. Values neither negative nor infinite.
 */
export class BucketHistogram {
  readonly #name: string;
  readonly #options: MetricOptions;
  readonly #bounds: readonly number[];
  readonly #now: () => Instant;
  readonly #series = new SeriesIndex<Series>((attributes) => this.#begin(attributes));

  constructor(name: string, options: MetricOptions, now: () => Instant) {
    this.#name = name;
    this.#options = options;
    this.#bounds = options.advice?.explicitBucketBoundaries ?? DEFAULT_BOUNDS;
    this.#now = now;
  }

  record(value: number, attributes: Attributes = {}): void {
    const series = this.#series.at(attributes);
    const bucket = bucketOf(this.#bounds, value);
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    series.count++;
    if (value < series.min) series.min = value;
    if (value > series.max) series.max = value;
  }

  collect(): HistogramMetricData {
    const { unit = "", description = "" } = this.#options;
    const endTime = this.#now();
    return {
      descriptor: { name: this.#name, unit, description, valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [...this.#series.values()].map((series) => this.#point(series, endTime)),
    };
  }

  #begin(attributes: Attributes): Series {
    return {
      attributes,
      startTime: this.#now(),
      counts: new Float64Array(this.#bounds.length + 1),
      sum: 0,
      count: 0,
      min: Infinity,
      max: -Infinity,
    };
  }

  #point(series: Series, endTime: Instant): DataPoint<HistogramValue> {
    const { attributes, startTime, counts, sum, count, min, max } = series;
    const buckets = { boundaries: [...this.#bounds], counts: [...counts] };
    return { attributes, startTime, endTime, value: { buckets, sum, count, min, max } };
  }
}

/** Index of the first bound that is at least `value`; bounds are inclusive. Most values are small: a walk from below beats a binary search. */
function bucketOf(bounds: readonly number[], value: number): number {
  let index = 0;
  while (value > (bounds[index] ?? Infinity)) index++;
  return index;
}
