import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

/** Hears how exports end. */
export interface ExportListener {
  readonly succeeded: (spans: number) => void;
  readonly failed: (spans: number, error: unknown) => void;
}

/**
 * An exporter that never throws, tells how each export ended, and can be waited for. An export begins in a later turn of the event loop: encoding a batch
 * takes milliseconds, and the processor asks for it inside the `end` of the span that makes the batch full.
 */
export class CountingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #listener: ExportListener;
  readonly #underWay = new Set<Promise<void>>();

  constructor(exporter: SpanExporter, listener: ExportListener) {
    this.#exporter = exporter;
    this.#listener = listener;
  }

  export(spans: ReadableSpan[], callback: (result: ExportResult) => void): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underWay.add(promise);
    let ended = false;
    const end = (result: ExportResult): void => {
      if (ended) return;
      ended = true;
      this.#underWay.delete(promise);
      if (result.code === ExportResultCode.SUCCESS) this.#listener.succeeded(spans.length);
      else this.#listener.failed(spans.length, result.error);
      resolve();
      callback(result);
    };
    // The context goes along: in it the processor has switched tracing off.
    setImmediate(() => {
      try {
        this.#exporter.export(spans, end);
      } catch (error) {
        end({ code: ExportResultCode.FAILED, error: asError(error) });
      }
    });
  }

  /** Resolves when all exports that are under way now have ended, whatever their outcome. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
