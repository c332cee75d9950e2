import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { PhoenixPlace } from "@cogniverse/test-servers";

interface Counted {
  readonly data: {
    readonly projects: {
      readonly edges: readonly [{ readonly node: { readonly recordCount: number } }?];
    };
  };
}

/** A project of one test in Phoenix. */
export class PhoenixProject {
  readonly name = `annotations-${randomUUID()}`;
  readonly #phoenix: PhoenixPlace;

  constructor(phoenix: PhoenixPlace) {
    this.#phoenix = phoenix;
  }

  get headers(): Record<string, string> {
    const { apiKey } = this.#phoenix;
    return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }

  get annotationsUrl(): string {
    return `${this.#phoenix.url}/v1/span_annotations`;
  }

  /** Spans that have ended, and a function that exports them and waits for the acknowledgement. */
  spans(count: number): { ids: readonly string[]; export: () => Promise<void> } {
    const exporter = new OTLPTraceExporter({
      url: `${this.#phoenix.url}/v1/traces`,
      headers: this.headers,
    });
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ "openinference.project.name": this.name }),
      spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: count })],
    });
    const tracer = provider.getTracer("test");
    const ids = Array.from({ length: count }, () => {
      const span = tracer.startSpan("cache.get");
      span.end();
      return span.spanContext().spanId;
    });
    return { ids, export: () => provider.shutdown() };
  }

  /**
   * How many spans a filter of the Spans tab shows. Phoenix remembers the number for the text of a filter until the next span comes, whatever is annotated
   * meanwhile; each question has a text of its own.
   */
  async count(filter: string): Promise<number> {
    const own = `${filter} and name != '${randomUUID()}'`;
    const query = `query ($project: String!, $filter: String!) {
      projects(filter: { col: name, value: $project }) {
        edges { node { recordCount(filterCondition: $filter) } }
      }
    }`;
    const response = await fetch(`${this.#phoenix.url}/graphql`, {
      method: "POST",
      headers: { ...this.headers, "content-type": "application/json" },
      body: JSON.stringify({ query, variables: { project: this.name, filter: own } }),
    });
    // The form of the answer to the query above.
    const { data } = (await response.json()) as Counted;
    return data.projects.edges[0]?.node.recordCount ?? 0;
  }

  /** Asks until so many spans are shown: Phoenix stores after it has answered. */
  async until(filter: string, count: number): Promise<void> {
    while ((await this.count(filter)) < count) await setTimeout(200);
  }

  async annotationsOf(spanId: string): Promise<unknown> {
    const url = `${this.#phoenix.url}/v1/projects/${this.name}/span_annotations?span_ids=${spanId}`;
    const response = await fetch(url, { headers: this.headers });
    return response.json();
  }
}
