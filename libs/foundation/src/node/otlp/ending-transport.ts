import { setTimeout as pause } from "node:timers/promises";
import type { ExportResponse, IExporterTransport } from "@opentelemetry/otlp-exporter-base";

/** Pauses between attempts, those of the exporters of OpenTelemetry 0.223: milliseconds before the second one, each so many times as long, up to. */
const FIRST_PAUSE_MS = 1000;
const LONGER = 1.5;
const LONGEST_PAUSE_MS = 5000;
/** By so much of itself a pause is shorter or longer, so that processes do not all come at once. */
const JITTER = 0.2;
const ATTEMPTS = 6;

/**
 * Tries again what may go better later, until the export's timeout, and can be ended at any time: the transport of OpenTelemetry that does the first
 * waits for its timers whatever is asked of it, and a process with it.
 */
export class EndingTransport implements IExporterTransport {
  readonly #inner: IExporterTransport;
  readonly #release: () => void;
  readonly #ended = new AbortController();
  /** Answers what is under way. */
  readonly #underWay = new Set<(response: ExportResponse) => void>();

  /** `inner` tries once. `release`: lets go of what its attempts under way hold. */
  constructor(inner: IExporterTransport, release: () => void) {
    this.#inner = inner;
    this.#release = release;
  }

  async send(data: Uint8Array, timeoutMillis: number): Promise<ExportResponse> {
    const until = performance.now() + timeoutMillis;
    let pauseMs = FIRST_PAUSE_MS;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#attempt(data, until - performance.now());
      if (response.status !== "retryable" || attempt === ATTEMPTS) return response;
      const jitter = 1 + (2 * Math.random() - 1) * JITTER;
      const waitMs = response.retryInMillis ?? pauseMs * jitter;
      if (waitMs > until - performance.now()) return response;
      pauseMs = Math.min(pauseMs * LONGER, LONGEST_PAUSE_MS);
      await pause(waitMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
  }

  shutdown(): void {
    this.#inner.shutdown();
  }

  /** What is under way or begins later fails. Idempotent; never throws. */
  end(): void {
    this.#ended.abort();
    for (const answer of this.#underWay) answer(givenUp());
    this.#underWay.clear();
    try {
      this.#release();
      this.#inner.shutdown();
    } catch {
      // What cannot be let go of ends at its timeout.
    }
  }

  #attempt(data: Uint8Array, timeoutMs: number): Promise<ExportResponse> {
    if (this.#ended.signal.aborted) return Promise.resolve(givenUp());
    const { promise, resolve } = Promise.withResolvers<ExportResponse>();
    this.#underWay.add(resolve);
    this.#inner
      .send(data, timeoutMs)
      .then(resolve, (error: unknown) => resolve({ status: "failure", error: asError(error) }))
      .finally(() => this.#underWay.delete(resolve));
    return promise;
  }
}

function givenUp(): ExportResponse {
  return { status: "failure", error: new Error("given up at shutdown") };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
