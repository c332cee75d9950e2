import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { isMarkedSampled } from "../../tracing/sampled-read.ts";
import type { HitAnnotations } from "./hit-annotations.ts";

/**
 * Annotates the reads of each export that Phoenix took, as far as they were kept whatever their outcome: the others are misses and slow reads, which
 * would make a rate of them all too low. Those of an export that failed would be asked for in vain. Goes around the exporter itself, so that it sees
 * only what was sampled and not dropped. Leaves {@link HitAnnotations} to whoever made them.
 */
export class AnnotatingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #annotations: Pick<HitAnnotations, "annotate">;

  constructor(exporter: SpanExporter, annotations: Pick<HitAnnotations, "annotate">) {
    this.#exporter = exporter;
    this.#annotations = annotations;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#annotate(spans);
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  #annotate(spans: readonly ReadableSpan[]): void {
    for (const span of spans) {
      const hit = span.attributes["cache.hit"];
      if (typeof hit === "string" && isMarkedSampled(span))
        this.#annotations.annotate(span.spanContext().spanId, hit);
    }
  }
}
