import {
  damagedError,
  missingBucketError,
  refusalError,
  type Doing,
  type Refusal,
} from "../gcs-error.ts";
import { parseAnswer } from "../transport/refusal.ts";
import { withRetries, type Repeatable, type RetryPolicy } from "../transport/retry.ts";
import type { GcsAnswer, GcsTransport } from "../transport/gcs-transport.ts";
import { ObjectPaths } from "./object-paths.ts";

const OBJECT_MISSING = /^No such object/i;
const BUCKET_MISSING = /bucket does not exist/i;

/** `tier`: its configured name, for messages. */
export type SessionOptions = Readonly<{
  tier: string;
  bucket: string;
  transport: GcsTransport;
  retries: RetryPolicy;
}>;

/** What every request to one bucket needs. */
export class GcsSession {
  readonly bucket: string;
  readonly transport: GcsTransport;
  readonly paths: ObjectPaths;
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.bucket = options.bucket;
    this.transport = options.transport;
    this.paths = new ObjectPaths(options.bucket);
  }

  /** What is being done, for messages. */
  doing(operation: string, key?: string): Doing {
    const { tier, bucket } = this.#options;
    return key === undefined ? { tier, bucket, operation } : { tier, bucket, operation, key };
  }

  retrying<T>(
    repeatable: Repeatable,
    signal: AbortSignal | undefined,
    attempt: (number: number) => Promise<T>,
  ): Promise<T> {
    return withRetries(this.#options.retries, repeatable, signal, attempt);
  }

  /** The value in a good answer of the JSON API, which callers take to be of the documented form; throws what any other answer means. */
  json(answer: GcsAnswer, doing: Doing): unknown {
    this.check(answer, doing);
    try {
      return JSON.parse(answer.body.toString());
    } catch {
      throw damagedError(doing, `the endpoint answered ${answer.status} without JSON`);
    }
  }

  /** Throws what an answer means that is not a good one. */
  check(answer: GcsAnswer, doing: Doing): void {
    if (answer.status >= 200 && answer.status <= 299) return;
    throw refusalError(doing, parseAnswer(answer));
  }

  /**
   * Throws where a 404 means that the bucket is missing. The service says which it is; an emulator may not, and then the bucket is
   * asked for.
   */
  async checkBucket(
    refusal: Refusal,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (refusal.reason === "NoSuchKey" || OBJECT_MISSING.test(refusal.said)) return;
    if (refusal.reason !== "NoSuchBucket" && !BUCKET_MISSING.test(refusal.said)) {
      const request = {
        method: "GET",
        path: this.paths.list({ maxResults: "1", fields: "kind" }),
      } as const;
      const answer = await this.transport.exchange(request, doing, signal);
      if (answer.status !== 404) return;
    }
    throw missingBucketError(doing);
  }
}
