import type { Logger, Options } from "@cogniverse/sdk";
import { ExportHealth } from "../metrics/export-health.ts";
import { within } from "../within.ts";
import type { HitOutcome } from "./annotation-form.ts";
import { postAnnotations, type AnnotationTarget } from "./annotation-post.ts";

/** How annotations are gathered. */
export type AnnotationBatching = Options<{
  /** Annotations that wait at most; what comes beyond is dropped and counted. Default 4096. */
  maxQueue: number;
  /** Annotations of one request at most. Default 200: Phoenix asks its database for all of them at once. */
  maxSize: number;
  /** The longest that an annotation waits for others, in milliseconds. Default 2000. */
  delayMs: number;
}>;

/** What became of annotations. */
export interface AnnotationStats {
  /** Taken by Phoenix. */
  readonly sent: number;
  /** Given up: the queue was full, Phoenix refused them, or it was shut down. */
  readonly dropped: number;
  /** Requests that failed. */
  readonly failures: number;
  readonly queue: number;
}

/** Between attempts while Phoenix is away, in milliseconds: `delayMs`, doubled each time up to this. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * `cache_hit` annotations of spans in Phoenix, from which it charts hit rates. One request at a time, in the order of the calls; while Phoenix is away
 * the queue fills up, and what comes then is dropped. Nothing here holds the process open, blocks or throws.
 */
export class HitAnnotations {
  readonly #target: AnnotationTarget;
  readonly #batching: Required<{ [K in keyof AnnotationBatching]-?: number }>;
  readonly #health: ExportHealth;
  readonly #abort = new AbortController();
  #waiting: HitOutcome[] = [];
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #pauses = 0;
  #sent = 0;
  #dropped = 0;

  constructor(target: AnnotationTarget, logger: Logger, batching: AnnotationBatching = {}) {
    const { maxQueue = 4096, maxSize = 200, delayMs = 2000 } = batching;
    this.#target = target;
    this.#batching = { maxQueue, maxSize, delayMs };
    this.#health = new ExportHealth("annotations", target.url, logger);
  }

  get stats(): AnnotationStats {
    const { failures } = this.#health;
    return { sent: this.#sent, dropped: this.#dropped, failures, queue: this.#waiting.length };
  }

  /** `hit`: name of the tier that answered, or "miss". Phoenix may get the span before or after. */
  annotate(spanId: string, hit: string): void {
    if (this.#closed || this.#waiting.length >= this.#batching.maxQueue) {
      this.#dropped++;
      return;
    }
    this.#waiting.push({ spanId, hit });
    // While Phoenix is away, only the pause decides when to try again.
    if (this.#waiting.length >= this.#batching.maxSize && this.#pauses === 0) void this.#start();
    else this.#startLater();
  }

  /** Resolves when all that waits was taken or given up, or an attempt failed, at the latest after `limitMs`. Never rejects. */
  async flush(limitMs: number): Promise<void> {
    await within(limitMs, this.#drain());
  }

  /** {@link flush}, then gives up what is left. Idempotent; never rejects. */
  async shutdown(limitMs: number): Promise<void> {
    this.#closed = true;
    await this.flush(limitMs);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort.abort();
    await this.#sending;
    this.#dropped += this.#waiting.length;
    this.#waiting = [];
  }

  async #drain(): Promise<void> {
    await this.#sending;
    if (this.#waiting.length > 0 && !this.#abort.signal.aborted) await this.#start();
  }

  #startLater(): void {
    if (this.#sending !== undefined || this.#timer !== undefined) return;
    const pauseMs = Math.min(this.#batching.delayMs * 2 ** this.#pauses, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => void this.#start(), pauseMs).unref();
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#sending ??= this.#send().then(() => this.#rest()));
  }

  /** Until nothing waits or an attempt fails. What is on its way stays at the front of the queue, and so within its limit. */
  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#batching.maxSize);
      const failure = await postAnnotations(this.#target, batch, { signal: this.#abort.signal });
      if (this.#abort.signal.aborted) return;
      if (failure === undefined) this.#health.succeeded();
      else this.#health.failed(failure.reason);
      if (failure?.retryable) return;
      this.#waiting.splice(0, batch.length);
      if (failure === undefined) this.#sent += batch.length;
      else this.#dropped += batch.length;
      this.#pauses = 0;
    }
  }

  #rest(): void {
    this.#sending = undefined;
    if (this.#waiting.length === 0 || this.#abort.signal.aborted) return;
    this.#pauses++;
    this.#startLater();
  }
}
