import type { Attributes, Span } from "@cogniverse/sdk";
import {
  type Context,
  type HrTime,
  type Span as ApiSpan,
  type SpanContext,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Masking } from "../masking/masking.ts";
import { runWith } from "./api-global.ts";
import type { SpanEnrichment } from "./span-enrichment.ts";
import { summaryOf } from "./span-summary.ts";
import { type Trail, withTrail } from "./trail.ts";

/** What every span of a port is made with. */
export interface SpanTools {
  readonly masking: Masking;
  readonly enrichment: SpanEnrichment;
}

/** How one span was begun. */
export interface BegunSpan {
  readonly name: string;
  readonly span: ApiSpan;
  /** Without the span itself. */
  readonly above: Context;
  readonly trail: Trail;
  readonly attributes: Attributes | undefined;
  readonly startedAt: HrTime;
}

/** A span that is kept. It gathers what it is told and passes it on once, at its end. */
export class PortSpan implements Span {
  readonly #tools: SpanTools;
  readonly #begun: BegunSpan;
  readonly #told: Record<string, string | number | boolean>;
  #context: Context | undefined;
  #ended = false;

  constructor(tools: SpanTools, begun: BegunSpan) {
    this.#tools = tools;
    this.#begun = begun;
    this.#told = { ...begun.attributes };
    this.#note(this.#told);
  }

  get isRecording(): boolean {
    return !this.#ended;
  }

  get spanContext(): SpanContext {
    return this.#begun.span.spanContext();
  }

  /** With this span as the active one. */
  get context(): Context {
    const { above, span, trail } = this.#begun;
    return (this.#context ??= withTrail(trace.setSpan(above, span), trail));
  }

  setAttributes(attributes: Attributes): void {
    if (this.#ended) return;
    Object.assign(this.#told, attributes);
    this.#note(attributes);
  }

  addEvent(name: string, attributes: Attributes = {}, agoMs = 0): void {
    if (this.#ended) return;
    try {
      const { span, trail } = this.#begun;
      this.#note(attributes);
      const shown = this.#tools.enrichment.mask(this.#tools.masking.attributes(trail, attributes));
      span.addEvent(name, shown, later(trail.clock.at(agoMs), this.#begun.startedAt));
    } catch {
      // An SDK that throws loses the event, not the read.
    }
  }

  recordError(error: unknown): void {
    if (this.#ended) return;
    try {
      const { span, trail } = this.#begun;
      const { type, message, stack } = this.#tools.masking.error(trail, error, this.#told);
      const attributes = { "exception.type": type, "exception.message": message };
      span.addEvent(
        "exception",
        stack === undefined ? attributes : { ...attributes, "exception.stacktrace": stack },
        trail.clock.at(),
      );
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    } catch {
      // As above.
    }
  }

  link(other: Span): void {
    if (this.#ended || !(other instanceof PortSpan)) return;
    try {
      this.#begun.span.addLink({ context: other.spanContext });
    } catch {
      // As above.
    }
  }

  within<R>(run: () => R): R {
    return this.#ended ? run() : runWith(this.context, run);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { span, trail } = this.#begun;
    try {
      span.setAttributes(this.#shown());
    } catch {
      // The span leaves with what it has.
    }
    try {
      // Without a time the SDK would take whole milliseconds, since the start was given.
      span.end(trail.clock.at());
    } catch {
      // As above.
    }
  }

  /** Keys are noted at once: an error may come before the end. */
  #note(attributes: Attributes): void {
    try {
      this.#tools.masking.note(this.#begun.trail, attributes);
    } catch {
      // As above.
    }
  }

  #shown(): Record<string, string | number | boolean> {
    const { name, above, trail } = this.#begun;
    const { masking, enrichment } = this.#tools;
    const shown = masking.attributes(trail, this.#told);
    const { input, output } = summaryOf(name, shown);
    // The conventions' types allow arrays; what reaches the span is what setAttributes of the API takes.
    return enrichment.mask({
      ...enrichment.fromContext(above, trail.tenantId),
      "tenant.id": trail.tenantId,
      "openinference.span.kind": "CHAIN",
      ...(input !== undefined && { "input.value": input }),
      ...(output !== undefined && { "output.value": output }),
      ...shown,
    }) as Record<string, string | number | boolean>;
  }
}

/** How long ago something was is told some time after it was looked at, so that what came first may seem to come second. */
function later(one: HrTime, other: HrTime): HrTime {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]) ? other : one;
}
