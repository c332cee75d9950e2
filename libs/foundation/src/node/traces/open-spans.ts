import { type Context, type Span as ApiSpan, trace, TraceFlags } from "@opentelemetry/api";
import type { Span, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { RecordingGate } from "../../tracing/recording-gate.ts";

/**
 * Open while a span of this process that an exporter will see has not ended: no hit outside of one can be below a recording parent. What cannot be
 * counted opens it for good: a parent in another process, or of another SDK. A span that is never ended costs, and loses nothing.
 */
export class OpenSpans implements RecordingGate, SpanProcessor {
  /** A field, not a getter, since every hit reads it. */
  isOpen = false;
  /** What spans that are counted here are of: each of our providers has a resource of its own. */
  readonly #own = new WeakSet<object>();
  #latest: object | undefined = undefined;
  #open = 0;
  #fixed = false;

  onStart(span: Span): void {
    if (!isSampled(span)) return;
    if (span.resource !== this.#latest) {
      this.#latest = span.resource;
      this.#own.add(span.resource);
    }
    this.#open++;
    if (!this.#fixed) this.isOpen = true;
  }

  onEnd(span: Pick<Span, "spanContext">): void {
    if (!isSampled(span)) return;
    this.#open--;
    if (!this.#fixed) this.isOpen = this.#open > 0;
  }

  /** To be told of each context that becomes the active one by other means than going on after an `await`. Never throws. */
  entered(context: Context): void {
    if (this.#fixed) return;
    try {
      const span = trace.getSpan(context);
      if (span !== undefined && isSampled(span) && !this.#isOwn(span)) this.stayOpen();
    } catch {
      // A span that cannot be asked may be any.
      this.stayOpen();
    }
  }

  /** Something may record that is not counted here. */
  stayOpen(): void {
    if (this.#fixed) return;
    this.#fixed = true;
    this.isOpen = true;
  }

  /** Nothing is kept any more. */
  close(): void {
    this.#fixed = true;
    this.isOpen = false;
  }

  #isOwn(span: ApiSpan): boolean {
    // What stands for a span of another process has no resource.
    const { resource } = span as Partial<Span>;
    return resource !== undefined && (resource === this.#latest || this.#own.has(resource));
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function isSampled(span: Pick<ApiSpan, "spanContext">): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
