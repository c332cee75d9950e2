import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MetricReader, type MetricProducer } from "@opentelemetry/sdk-metrics";

/**
 * Metrics as Prometheus' text format 0.0.4, at the moment they are asked for. The SDK's `PrometheusExporter` is not used, because it takes
 * port 0 for 9464; its serializer is, and so its names: `cache.latency` is `cache_latency_bucket`.
 */
export class ScrapeReader extends MetricReader {
  // Neither a prefix, nor timestamps, nor labels of the resource, but target_info, and no labels of the one scope.
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  constructor(producer: MetricProducer) {
    super({ metricProducers: [producer] });
  }

  /** The text of one scrape. */
  async scrape(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    return this.#serializer.serialize(resourceMetrics);
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
