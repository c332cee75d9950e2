import {
  CacheError,
  type BackendTraits,
  type CacheBackend,
  type Clock,
  type EntryStore,
  type Logger,
  type ResidentStore,
} from "@cogniverse/sdk";
import { withTimeLimit } from "../time/with-time-limit.ts";
import {
  admit,
  CLOSED,
  failed,
  succeeded,
  type BreakerLimits,
  type BreakerState,
} from "./breaker.ts";
import { FramedEntries } from "./framed-entries.ts";
import type { TierOptions } from "./tier-options.ts";

/** What a call into a tier came to: its answer, or that the tier is down. */
export type TierAnswer<R> =
  | Readonly<{ up: true; value: R }>
  | Readonly<{ up: false; error: unknown }>;

const TIME_LIMIT_MS = { process: Infinity, machine: 2000, shared: 5000 };
/** Refusals of one call that say nothing about the tier's health. */
const REFUSALS = new Set([
  "too_large",
  "invalid_key",
  "invalid_tenant",
  "invalid_value",
  "undecodable",
]);

/** A backend at its place, behind a breaker and a time limit. No call into it throws. */
export class Tier {
  readonly name: string;
  readonly index: number;
  readonly backend: CacheBackend;
  readonly entries: EntryStore;
  readonly traits: BackendTraits;
  readonly residents: ResidentStore | undefined;
  errors = 0;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timeLimitMs: number;
  readonly #breakerLimits: BreakerLimits;
  #breaker: BreakerState = CLOSED;

  constructor(options: TierOptions, index: number, clock: Clock, logger: Logger) {
    this.name = options.name;
    this.index = index;
    this.backend = options.backend;
    this.entries = options.backend.entries ?? new FramedEntries(options.backend, clock);
    this.traits = options.backend.traits ?? { locality: "process", durable: false };
    this.residents = options.backend.residents;
    this.#clock = clock;
    this.#logger = logger;
    this.#timeLimitMs = options.timeLimitMs ?? TIME_LIMIT_MS[this.traits.locality];
    this.#breakerLimits = {
      failures: options.breakerFailures ?? 5,
      pauseMs: options.breakerPauseMs ?? 1000,
    };
  }

  /** Seconds for entries whose policy names none. Asked each time: a tier that was down at start learns it late. */
  get defaultTtl(): number | null {
    return this.backend.defaultTtl ?? null;
  }

  get state(): "up" | "probing" | "down" {
    const { kind } = this.#breaker;
    return kind === "closed" ? "up" : kind === "probing" ? "probing" : "down";
  }

  /** Bytes that stayed in this process are as they were put; all others are verified. */
  get verifies(): boolean {
    return this.traits.locality !== "process";
  }

  /** Runs one call. The tier's failures are counted and become `up: false`; the caller's own abort is thrown on. */
  async call<R>(
    what: string,
    run: (signal: AbortSignal) => Promise<R>,
    signal?: AbortSignal,
  ): Promise<TierAnswer<R>> {
    const admitted = admit(this.#breaker, this.#clock.monotonic(), this.#breakerLimits);
    if (admitted === undefined) return { up: false, error: this.#openError() };
    this.#breaker = admitted;
    try {
      const label = `Tier "${this.name}" (${what})`;
      const value = await withTimeLimit(this.#clock, this.#timeLimitMs, label, run, signal);
      this.#recover();
      return { up: true, value };
    } catch (error) {
      if (signal?.aborted === true) throw error;
      if (CacheError.isInstance(error) && REFUSALS.has(error.code)) this.#recover();
      else this.#suffer(what, error);
      return { up: false, error };
    }
  }

  #recover(): void {
    const before = this.#breaker;
    this.#breaker = succeeded(before);
    if (before.kind !== "closed") this.#logger.info("tier is back", { tier: this.name });
  }

  #suffer(what: string, error: unknown): void {
    this.errors++;
    const before = this.#breaker;
    this.#breaker = failed(before, this.#clock.monotonic(), this.#breakerLimits);
    if (before.kind !== "closed" || this.#breaker.kind !== "open") return;
    const why = error instanceof Error ? error.message : String(error);
    this.#logger.warn("tier is left out after repeated failures", {
      tier: this.name,
      operation: what,
      why,
    });
  }

  #openError(): CacheError {
    return new CacheError(
      "tier_unavailable",
      `Tier "${this.name}" is left out after repeated failures`,
      { retryable: true },
    );
  }
}
