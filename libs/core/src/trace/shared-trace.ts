import type { Span } from "@cogniverse/sdk";

/** What those who share the work of one read need of its trace. */
export interface SharedTrace {
  /** What a read that shared the work links to: the compute's span, or the read's own where there was none. */
  readonly origin: Span | undefined;
  /** Starts the span of the compute that the read causes; whoever runs the compute ends it. `undefined` where the read's own is not kept. */
  computes(): Span | undefined;
}
