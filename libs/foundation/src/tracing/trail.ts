import { type Context, createContextKey, type SpanContext } from "@opentelemetry/api";
import type { SpanClock } from "./span-clock.ts";
import type { SpanHome } from "./span-home.ts";

/** Texts that one trace remembers; the oldest gives way. */
const MAX_TEXTS = 64;

const TRAIL = createContextKey("Cogniverse cache: trail of a tenant");

/** What a trail is begun with. */
export type TrailStart = Pick<Trail, "tenantId" | "traceId" | "clock" | "home" | "sampled">;

/** What the spans of one tenant in one trace share. */
export class Trail {
  readonly tenantId: string;
  readonly traceId: string;
  readonly clock: SpanClock;
  readonly home: SpanHome;
  /** False below what is there only because of its outcome: a read that missed, failed or was slow. */
  readonly sampled: boolean;
  /** Keys and scopes that its spans were told, with the attribute that each was told in: the text of an error may hold them. */
  readonly texts: Map<string, string> = new Map();

  constructor({ tenantId, traceId, clock, home, sampled }: TrailStart) {
    this.tenantId = tenantId;
    this.traceId = traceId;
    this.clock = clock;
    this.home = home;
    this.sampled = sampled;
  }

  remember(text: string, attribute: string): void {
    if (this.texts.has(text)) return;
    if (this.texts.size >= MAX_TEXTS)
      for (const oldest of this.texts.keys()) {
        this.texts.delete(oldest);
        break;
      }
    this.texts.set(text, attribute);
  }
}

/** `context` with everything below it on `trail`. */
export function withTrail(context: Context, trail: Trail): Context {
  return context.getValue(TRAIL) === trail ? context : context.setValue(TRAIL, trail);
}

/** The trail that `span`, the span of `context`, is on; `undefined` where none of the cache's spans is above it in its trace. */
export function trailOf(context: Context, span: SpanContext): Trail | undefined {
  const trail = context.getValue(TRAIL);
  return trail instanceof Trail && trail.traceId === span.traceId ? trail : undefined;
}

/** Whose trace a span begun in `context` without further ado would be part of. */
export function tenantOf(context: Context): string | undefined {
  const trail = context.getValue(TRAIL);
  return trail instanceof Trail ? trail.tenantId : undefined;
}
