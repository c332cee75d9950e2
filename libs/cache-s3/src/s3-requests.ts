import { pause } from "@cogniverse/object-store";
import type { Call, Clock, Random } from "@cogniverse/sdk";
import { isDropped, translateS3Failure, type S3Doing, type S3Place } from "./s3-error.ts";
import { isConflict, readFailure, type S3Failure } from "./s3-failure.ts";

/** What `S3Client.send` takes beside its command. */
export type SendOptions = Readonly<{ abortSignal?: AbortSignal }>;

/**
 * One operation of the port. `repeatable`: sent twice it does what it does once, so that it may be sent again after a connection broke without
 * an answer. A conditional write is not: the second would meet the first.
 */
export type S3Job<K extends string> = S3Doing &
  Readonly<{ repeatable: boolean; known?: (failure: S3Failure) => K | undefined }>;

/** How often a write is repeated that met another one (409). Each wait is longer and jittered. */
const CONFLICT_ATTEMPTS = 5;
const CONFLICT_WAIT_MS = 20;

/**
 * Sends requests and translates what comes back. The client is set to one attempt, because the cache's tiers have time limits and a breaker of
 * their own that further attempts would hide the service from; only what a caller could not do better is repeated here: once, what a stale
 * connection or a single 500 broke, or what a corrected clock mends; and a conditional write that met another one, as S3 asks.
 */
export class S3Requests {
  readonly #place: S3Place;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(place: S3Place, { clock, random }: Readonly<{ clock: Clock; random: Random }>) {
    this.#place = place;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * `send` makes a new command each time it is called. Resolves what it resolves, or what `known` makes of its failure. Rejects with
   * `CacheError` or the signal's reason.
   */
  async send<O extends object, K extends string = never>(
    job: S3Job<K>,
    send: (options: SendOptions) => Promise<O>,
    call: Call | undefined,
  ): Promise<O | K> {
    const signal = call?.signal;
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await send(signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        signal?.throwIfAborted();
        const failure = readFailure(error);
        const known = job.known?.(failure);
        if (known !== undefined) return known;
        const wait = this.#waitBeforeNext(failure, job.repeatable, attempt);
        if (wait === undefined) throw this.translate(failure, job);
        if (wait > 0) await pause(wait, this.#clock, signal);
      }
    }
  }

  /** The error that a failure means to the cache. */
  translate(failure: S3Failure, doing: S3Doing): Error {
    return translateS3Failure(failure, doing, this.#place);
  }

  #waitBeforeNext(failure: S3Failure, repeatable: boolean, attempt: number): number | undefined {
    if (isConflict(failure)) {
      if (attempt >= CONFLICT_ATTEMPTS) return undefined;
      return CONFLICT_WAIT_MS * 2 ** (attempt - 1) * (0.5 + this.#random.next());
    }
    if (attempt > 1) return undefined;
    if (failure.clockCorrected) return 0;
    const broken = isDropped(failure) && failure.code !== "ECONNREFUSED";
    return repeatable && (broken || failure.status === 500) ? 0 : undefined;
  }
}
