import { MeterProvider, MetricReader, type DataPoint } from "@opentelemetry/sdk-metrics";

/** An SDK of its own, as a process may have one: nothing of ours but the port. */
export class Collector extends MetricReader {
  readonly provider = new MeterProvider({ readers: [this] });

  /** `value` by the attributes' values in the order of their names, joined by commas. */
  async values(name: string): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {};
    for (const { attributes, value } of await this.points(name)) {
      const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
      found[sorted.map(([, text]) => String(text)).join(",")] = value;
    }
    return found;
  }

  async points(name: string): Promise<readonly DataPoint<unknown>[]> {
    const { resourceMetrics } = await this.collect();
    const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    const named = all.filter(({ descriptor }) => descriptor.name === name);
    const found: DataPoint<unknown>[] = [];
    for (const { dataPoints } of named) found.push(...dataPoints);
    return found;
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
