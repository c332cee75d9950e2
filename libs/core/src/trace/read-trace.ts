import type { Attributes, Causes, MissCause, Span } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { Miss, Outcome } from "../manager/outcome.ts";
import type { Target } from "../manager/target.ts";
import { killedBy, type DeadCopy } from "./killed-by.ts";
import type { SharedTrace } from "./shared-trace.ts";
import { hitAttributes, keyAttributes, missAttributes } from "./read-attributes.ts";

/** One tier that was asked: what it said, how long it took, and when that was on the monotonic clock. */
type Try = Readonly<{ tier: string; outcome: "hit" | MissCause; ms: number; at: number }>;

/**
 * What one read was told on its way, and the span that it becomes. The span is made late: of a miss when it is known and before its compute begins,
 * so that what the compute starts becomes its child; of a hit when it is found, and only where something records or the read was slow. Nothing here
 * waits. Whoever made it ends it, exactly once; what comes to it later is heard and changes nothing.
 */
export class ReadTrace implements SharedTrace {
  readonly #engine: Engine;
  readonly #target: Target;
  readonly #records: boolean;
  readonly #startedAt: number;
  readonly #tries: Try[] = [];
  #span: Span | undefined = undefined;
  #compute: Span | undefined = undefined;
  #askedAt = 0;
  #dead: DeadCopy | undefined = undefined;
  #shared: SharedTrace | undefined = undefined;
  #coalesced = false;
  #ended = false;

  private constructor(engine: Engine, target: Target) {
    this.#engine = engine;
    this.#target = target;
    this.#records = engine.telemetry.isRecording();
    this.#startedAt = engine.clock.monotonic();
  }

  /** `undefined` where nobody would ever see the span: then nothing is gathered and no clock is read. */
  static begin(engine: Engine, target: Target): ReadTrace | undefined {
    const { telemetry } = engine;
    if (!telemetry.isRecording() && !telemetry.keepsAlways()) return undefined;
    return new ReadTrace(engine, target);
  }

  /** The first tier is asked now. */
  asks(): void {
    this.#askedAt = this.#engine.clock.monotonic();
  }

  /** A tier answered; the next one is asked at once. */
  told(tier: string, outcome: "hit" | MissCause): void {
    const at = this.#engine.clock.monotonic();
    this.#tries.push({ tier, outcome, ms: at - this.#askedAt, at });
    this.#askedAt = at;
  }

  /** A tier holds this copy, which an invalidation killed. That of the fastest tier stands for all. */
  died(copy: DeadCopy): void {
    this.#dead ??= copy;
  }

  /** The read waits for what another began. `other`: that one's, where it is traced. */
  joins(other: SharedTrace | undefined): void {
    this.#shared = other;
    this.#coalesced = true;
  }

  /** What it waited for may not be served, so it looks for itself. */
  leads(): void {
    this.#shared = undefined;
    this.#coalesced = false;
  }

  /** This tier has a copy that will be served. To be called before anything is done for its sake, such as promoting it. */
  found(tier: string): void {
    const isSlow = this.#isSlow();
    if (this.#records || isSlow) this.#start({ "cache.hit": tier }, isSlow);
  }

  /** No tier has it. */
  missed(causes: Causes): void {
    this.#start(missAttributes(causes), true);
  }

  get origin(): Span | undefined {
    return this.#compute ?? this.#span;
  }

  /** Runs in the read's span where it has one, be it ended: what is begun inside becomes its child. */
  within<R>(run: () => R): R {
    return this.#span === undefined ? run() : this.#span.within(run);
  }

  /** A span of what this read set off, which its caller ends. `undefined` where the read's own is not kept. */
  child(name: string, attributes: Attributes): Span | undefined {
    const parent = this.#span;
    if (parent?.isRecording !== true) return undefined;
    const { tenantId } = this.#target.tenant;
    const start = { attributes, parent, always: true };
    return this.#engine.telemetry.startSpan(name, tenantId, start);
  }

  computes(): Span | undefined {
    this.#compute = this.child("cache.compute", keyAttributes(this.#target));
    return this.#compute;
  }

  /** The read's answer, in the step in which it is given. */
  end(outcome: Outcome | Miss): void {
    if (outcome.from === "tier") this.found(outcome.tier.name);
    else this.missed(outcome.causes);
    this.#finish((span) => {
      if (outcome.from === "tier")
        span.setAttributes(hitAttributes(outcome, this.#engine.clock.now()));
      else if (outcome.from === "compute") {
        const { computeMs, bytes } = outcome;
        span.setAttributes({ "cache.compute_ms": computeMs, "cache.item_size": bytes });
      }
    });
  }

  /** It came to no answer: that is a miss, whatever was found. */
  fail(error: unknown): void {
    this.#start({ "cache.hit": "miss", "cache.miss_cause": "failed" }, true);
    this.#finish((span) => {
      span.setAttributes({ "cache.hit": "miss", "cache.miss_cause": "failed" });
      span.recordError(error);
    });
  }

  #start(known: Attributes, always: boolean): void {
    if (this.#span !== undefined || this.#ended) return;
    const attributes = {
      ...keyAttributes(this.#target),
      ...known,
      "cache.stale": false,
      "cache.coalesced": this.#coalesced,
      ...this.#killer(),
    };
    const agoMs = this.#agoMs(this.#startedAt);
    const { tenantId } = this.#target.tenant;
    const start = { attributes, agoMs, ...(always ? { always } : {}) };
    this.#span = this.#engine.telemetry.startSpan("cache.get", tenantId, start);
  }

  #finish(tell: (span: Span) => void): void {
    this.#ended = true;
    const span = this.#span;
    if (span === undefined) return;
    if (span.isRecording) {
      for (const { tier, outcome, ms, at } of this.#tries) {
        const attributes = { "cache.tier": tier, "cache.outcome": outcome, "cache.ms": ms };
        span.addEvent("cache.tier", attributes, this.#agoMs(at));
      }
      if (this.#isSlow()) span.setAttributes({ "cache.slow": true });
      const shared = this.#shared?.origin;
      if (shared !== undefined) span.link(shared);
      tell(span);
    }
    span.end();
  }

  #killer(): Attributes {
    const { tenant, key } = this.#target;
    return this.#dead === undefined ? {} : killedBy(this.#engine, tenant, key.path, this.#dead);
  }

  #isSlow(): boolean {
    return this.#agoMs(this.#startedAt) >= this.#engine.slowReadMs;
  }

  #agoMs(at: number): number {
    return this.#engine.clock.monotonic() - at;
  }
}
