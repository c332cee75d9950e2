import {
  CacheError,
  type BackendTraits,
  type CacheBackend,
  type Call,
  type Clock,
  type EntryStore,
  type Logger,
  type ResidentStore,
  type StoredHead,
  type TelemetryPort,
  type TierOperation,
  type UnreadableCopy,
} from "@cogniverse/sdk";
import { TimeLimit } from "../time/time-limit.ts";
import {
  admit,
  CLOSED,
  failed,
  succeeded,
  type BreakerLimits,
  type BreakerState,
} from "./breaker.ts";
import { FramedEntries } from "./framed-entries.ts";
import { operationAttributes, type OperationAttributes } from "./operation-attributes.ts";
import type { TierOptions } from "./tier-options.ts";

/** What a call into a tier came to: its answer, or that the tier is down. */
export type TierAnswer<R> =
  | Readonly<{ up: true; value: R }>
  | Readonly<{ up: false; error: unknown }>;

/** What a tier has of a key, without its bytes. */
export type HeadAnswer = TierAnswer<StoredHead | UnreadableCopy | undefined>;

/** A call into a tier: what it does, for messages, and whose errors count. */
export type TierCall = Readonly<{
  what: TierOperation;
  tenantId: string;
  /** Its abort is passed on to the backend and does not end the wait. Default false. */
  patient?: boolean;
}>;

/** Plain integers of one tenant's calls into one tier. */
interface Traffic {
  /** Calls that failed; those that an open breaker kept back are not among them. */
  errors: number;
  /** Calls that were sent, by operation. */
  readonly requests: Partial<Record<TierOperation, number>>;
}

/** What a tier needs of its surroundings. */
type TierContext = Readonly<{ clock: Clock; logger: Logger; telemetry: TelemetryPort }>;

const NO_TRAFFIC: Readonly<Traffic> = { errors: 0, requests: {} };
const TIME_LIMIT_MS = { process: Infinity, machine: 2000, shared: 5000 };
const UNKNOWN_TIME_LIMIT_MS = TIME_LIMIT_MS.shared;
/** One line in so long says that a tier refuses values. */
const REFUSAL_LINE_MS = 60_000;
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
  /** Bytes that stayed in this process are as they were put; all others are verified, and those of a backend that does not say where it keeps them. */
  readonly verifies: boolean;
  /** What a measurement of each operation carries. */
  readonly attributes: OperationAttributes;
  readonly #traffic = new Map<string, Traffic>();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #telemetry: TelemetryPort;
  readonly #timeLimit: TimeLimit;
  readonly #breakerLimits: BreakerLimits;
  #breaker: BreakerState = CLOSED;
  /** On the monotonic clock: until then refusals are counted and not told. */
  #quietUntil = -Infinity;

  constructor(options: TierOptions, index: number, { clock, logger, telemetry }: TierContext) {
    this.name = options.name;
    this.index = index;
    this.backend = options.backend;
    this.entries = options.backend.entries ?? new FramedEntries(options.backend, clock);
    const { traits } = options.backend;
    this.traits = traits ?? { locality: "process", durable: false };
    this.verifies = traits?.locality !== "process";
    this.residents = options.backend.residents;
    this.attributes = operationAttributes(options.name);
    this.#clock = clock;
    this.#logger = logger;
    this.#telemetry = telemetry;
    const usual = traits === undefined ? UNKNOWN_TIME_LIMIT_MS : TIME_LIMIT_MS[traits.locality];
    this.#timeLimit = new TimeLimit(clock, options.timeLimitMs ?? usual);
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

  /** The tenant's calls so far. */
  trafficOf(tenantId: string): Readonly<Traffic> {
    return this.#traffic.get(tenantId) ?? NO_TRAFFIC;
  }

  /** Ends the tier's time-keeping; its backend is closed by whoever owns it. */
  close(): void {
    this.#timeLimit[Symbol.dispose]();
  }

  /** Runs one call and times it where somebody measures. The tier's failures are counted and become `up: false`; the caller's own abort is thrown on. */
  async call<R>(
    { what, tenantId, patient }: TierCall,
    run: (call: Call) => Promise<R>,
    from: Call = {},
  ): Promise<TierAnswer<R>> {
    const startedAt = this.#clock.monotonic();
    const admitted = admit(this.#breaker, startedAt, this.#breakerLimits);
    if (admitted === undefined) return { up: false, error: this.#openError() };
    this.#breaker = admitted;
    const traffic = this.#sent(tenantId, what);
    try {
      const label = (): string => `Tier "${this.name}" (${what})`;
      const value = await this.#timeLimit.run(label, run, from, patient !== true);
      this.#recover();
      return { up: true, value };
    } catch (error) {
      if (patient !== true && from.signal?.aborted === true) throw error;
      const refused = CacheError.isInstance(error) && REFUSALS.has(error.code);
      // A server that is full refuses as well, and would not if it were as it should be: that is an error, though it answers.
      if (!refused || error.retryable) traffic.errors++;
      if (refused) this.#refused(what, error);
      else this.#suffer(what, error);
      return { up: false, error };
    } finally {
      this.#measure(what, tenantId, startedAt);
    }
  }

  /** Asks for the metadata of one copy, as {@link call}. */
  head(path: string, tenantId: string, from?: Call): Promise<HeadAnswer> {
    const run = (call: Call): Promise<StoredHead | UnreadableCopy | undefined> =>
      this.entries.headEntry(path, tenantId, call);
    return this.call({ what: "head", tenantId }, run, from);
  }

  #sent(tenantId: string, what: TierOperation): Traffic {
    let traffic = this.#traffic.get(tenantId);
    if (traffic === undefined) this.#traffic.set(tenantId, (traffic = { errors: 0, requests: {} }));
    traffic.requests[what] = (traffic.requests[what] ?? 0) + 1;
    return traffic;
  }

  #measure(what: TierOperation, tenantId: string, startedAt: number): void {
    if (!this.#telemetry.measures()) return;
    const elapsedMs = this.#clock.monotonic() - startedAt;
    this.#telemetry.recordHistogram("cache.latency", tenantId, elapsedMs, this.attributes[what]);
  }

  /** The tier answers, so nothing is left out; but its operator should hear of it, now and then. */
  #refused(what: string, { message }: CacheError): void {
    this.#recover();
    const now = this.#clock.monotonic();
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + REFUSAL_LINE_MS;
    this.#logger.warn("tier refuses what it is sent", {
      tier: this.name,
      operation: what,
      why: message,
    });
  }

  #recover(): void {
    const before = this.#breaker;
    this.#breaker = succeeded(before);
    if (before.kind !== "closed") this.#logger.info("tier is back", { tier: this.name });
  }

  #suffer(what: string, error: unknown): void {
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
