import type { Span } from "@cogniverse/sdk";
import type { Flight } from "../flight/flight.ts";
import type { Computed } from "../manager/outcome.ts";

/** What of a compute's outcome its span says. */
type Made = Pick<Computed, "computeMs" | "bytes" | "stored">;

/**
 * The span of one compute. It ends with whatever comes first: the value is on its way to its tiers, something threw, or nobody waits any more; a
 * compute that ignores its abort and hangs leaves no span open.
 */
export class ComputeTrace {
  readonly #flight: Flight;
  #span: Span | undefined = undefined;
  readonly #aborted = (): void => this.fail(this.#flight.signal.reason);

  constructor(flight: Flight) {
    this.#flight = flight;
  }

  /** Runs the compute itself; what it starts becomes a child of the span. */
  run<R>(compute: () => R): R {
    const { trace, signal } = this.#flight;
    const span = trace?.computes();
    if (span === undefined) return compute();
    this.#span = span;
    if (signal.aborted) this.#aborted();
    else signal.addEventListener("abort", this.#aborted, { once: true });
    return span.within(compute);
  }

  /** Ends the span with what came of the whole. */
  async settle(filling: Promise<Computed>): Promise<Computed> {
    try {
      const computed = await filling;
      this.end(computed);
      return computed;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  end({ computeMs, bytes, stored }: Made): void {
    const span = this.#over();
    span?.setAttributes({
      "cache.compute_ms": computeMs,
      "cache.item_size": bytes,
      "cache.stored": stored,
    });
    span?.end();
  }

  fail(error: unknown): void {
    const span = this.#over();
    span?.setAttributes({ "cache.stored": false });
    span?.recordError(error);
    span?.end();
  }

  /** The span, the first time that it is asked for. */
  #over(): Span | undefined {
    const span = this.#span;
    this.#span = undefined;
    if (span !== undefined) this.#flight.signal.removeEventListener("abort", this.#aborted);
    return span;
  }
}
