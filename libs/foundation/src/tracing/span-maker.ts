import { type Attributes, NO_SPAN, type Span, type SpanStart } from "@cogniverse/sdk";
import {
  type Context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  type SpanContext,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { activeContext } from "./api-global.ts";
import { PortSpan, type SpanTools } from "./port-span.ts";
import { SpanClock, type TimeSource } from "./span-clock.ts";
import type { SpanSource } from "./span-source.ts";
import { Trail, trailOf } from "./trail.ts";

/** The span of a read. */
const READ = "cache.get";

/** What decides which spans are made, and how. */
export interface SpanMakerOptions {
  readonly source: SpanSource;
  readonly tools: SpanTools;
  readonly time: TimeSource;
  /** Share of hits kept, 0 to 1. */
  readonly hits: number;
}

/** What stands above a span that is about to begin. */
interface Above {
  readonly context: Context;
  readonly span: SpanContext | undefined;
  /** Of `span`, where it is on one. */
  readonly trail: Trail | undefined;
}

/** Starts the spans of the cache. No method throws. */
export class SpanMaker {
  readonly #options: SpanMakerOptions;

  constructor(options: SpanMakerOptions) {
    this.#options = options;
  }

  start(name: string, tenantId: string, start: SpanStart): Span {
    try {
      if (!this.#options.source.isLive()) return NO_SPAN;
      const above = aboveOf(start);
      return this.#keeps(above, start) ? this.#begin(name, tenantId, start, above) : NO_SPAN;
    } catch {
      // An SDK or a sampler that throws costs the span, not the read.
      return NO_SPAN;
    }
  }

  #keeps({ span }: Above, { always, attributes }: SpanStart): boolean {
    if (always === true) return true;
    if (span === undefined || !isSampled(span)) return false;
    const hit = attributes?.["cache.hit"];
    if (hit === undefined || hit === "miss") return true;
    return sharePasses(span.traceId, this.#options.hits);
  }

  #begin(name: string, tenantId: string, start: SpanStart, above: Above): Span {
    const { source, tools, time } = this.#options;
    const root = this.#isRoot(tenantId, above);
    const clock = (!root && above.trail?.clock) || new SpanClock(time);
    const startedAt = clock.at(start.agoMs);
    const span = source.tracerFor(tenantId).startSpan(
      name,
      {
        startTime: startedAt,
        ...(root && { root: true, links: linksTo(above.span) }),
      },
      above.context,
    );
    const own = span.spanContext();
    if (!span.isRecording() || !isSampled(own)) return NO_SPAN;
    const { attributes } = start;
    if (name === READ && source.sampled !== undefined && this.#isSampled(above))
      source.sampled(span);
    const trail =
      !root && above.trail !== undefined
        ? above.trail
        : new Trail({
            tenantId,
            traceId: own.traceId,
            clock,
            home: source.home?.(),
            sampled: isOfSample(above) ?? isApplications(attributes ?? {}),
          });
    const context = above.context;
    return new PortSpan(tools, { name, span, above: context, trail, attributes, startedAt });
  }

  /** Whether a read below is kept whatever its outcome: below a span that goes on, and in a trace that keeps its hits. */
  #isSampled(above: Above): boolean {
    const { span } = above;
    if (span === undefined || isOfSample(above) !== true) return false;
    return sharePasses(span.traceId, this.#options.hits) && isUnderKept();
  }

  /**
   * Whether a span begins a trace of its own: below nothing, below what is not kept, below another tenant's span, and, where tenants are
   * apart, below any span that is not on its tenant's trail; and below a span of a cache that exports elsewhere. Phoenix files a whole trace where its first span belongs.
   */
  #isRoot(tenantId: string, { span, trail }: Above): boolean {
    if (span === undefined || !isSampled(span)) return true;
    const { source } = this.#options;
    if (trail === undefined) return source.apart;
    return trail.tenantId !== tenantId || trail.home !== source.home?.();
  }
}

/** True where the span of the active context is one that an exporter will see, and has not ended where it tells: that of the SDK does. */
export function isUnderKept(): boolean {
  const context = activeContext();
  if (context === ROOT_CONTEXT) return false;
  const span = trace.getSpan(context);
  if (span === undefined) return false;
  try {
    return isSampled(span.spanContext()) && (span.isRecording() || !isEnded(span));
  } catch {
    return false;
  }
}

/** What stands for a span of another process never records, and never ends. */
function isEnded(span: ApiSpan): boolean {
  return "ended" in span && span.ended === true;
}

function aboveOf({ parent }: SpanStart): Above {
  const context = parent instanceof PortSpan ? parent.context : activeContext();
  const span = trace.getSpan(context)?.spanContext();
  if (span === undefined || !isSpanContextValid(span))
    return { context, span: undefined, trail: undefined };
  return { context, span, trail: trailOf(context, span) };
}

/** Whether what is above is kept, and not because of an outcome. `undefined`: nothing that is kept is above. */
function isOfSample({ span, trail }: Above): boolean | undefined {
  return span === undefined || !isSampled(span) ? undefined : (trail?.sampled ?? true);
}

function isSampled(span: SpanContext): boolean {
  return (span.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Deterministic by trace: of one trace all hits are kept, or none. The last digits of a trace id are random by W3C Trace Context. */
function sharePasses(traceId: string, share: number): boolean {
  return share >= 1 || Number.parseInt(traceId.slice(-8), 16) / 0x1_0000_0000 < share;
}

function linksTo(span: SpanContext | undefined): Link[] {
  return span === undefined ? [] : [{ context: span }];
}

/** True for a span that an application describes: of a kind of its own. It is kept where nothing stands above it that decides. */
export function isApplications(attributes: Attributes): boolean {
  const kind = attributes["openinference.span.kind"];
  return kind !== undefined && kind !== "CHAIN";
}

/** True where no span is active. */
export function isTop(): boolean {
  return aboveOf({}).span === undefined;
}
