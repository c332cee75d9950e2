import {
  type BackendContext,
  type CacheBackend,
  CacheError,
  type CacheErrorCode,
} from "@cogniverse/sdk";
import type { ResolvedTier } from "../config/resolved-config.ts";
import type { KnownSecrets } from "../secrets/known-secrets.ts";
import { maskedError } from "../secrets/masked-error.ts";

/** Where a tier stands. `attempts`: how often its backend was tried. */
export type ConnectionState = Readonly<
  | { kind: "starting" }
  | { kind: "up"; backend: CacheBackend }
  | { kind: "down"; error: unknown }
  | { kind: "closed" }
>;

/** Codes that say why a tier is not there; others are of the one call that found it out. */
const DOWN: ReadonlySet<CacheErrorCode> = new Set([
  "tier_unavailable",
  "timeout",
  "throttled",
  "auth",
]);

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Makes a tier's backend, and goes on trying where it cannot be made now, with growing pauses and one attempt at a time. Owns
 * the backend until it is closed.
 */
export class TierConnection implements AsyncDisposable {
  readonly tier: ResolvedTier;
  attempts = 0;
  readonly #context: BackendContext;
  readonly #secrets: KnownSecrets;
  readonly #onUp = new Set<(backend: CacheBackend) => void>();
  #state: ConnectionState = { kind: "starting" };
  #timer: Disposable | undefined;
  /** Asked before a backend is taken in late; a reason refuses it for good. */
  #refuse: (backend: CacheBackend) => string | undefined = () => undefined;

  constructor(tier: ResolvedTier, context: BackendContext, secrets: KnownSecrets) {
    this.tier = tier;
    this.#context = context;
    this.#secrets = secrets;
  }

  /** D over a network, as configured; `undefined` = the default. */
  get networkLeaseMs(): number | undefined {
    return this.#context.networkLeaseMs;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The backend, once it is there. */
  get backend(): CacheBackend | undefined {
    return this.#state.kind === "up" ? this.#state.backend : undefined;
  }

  /** Why it is not there, for people; `undefined` while it is. */
  get reason(): string | undefined {
    const state = this.#state;
    if (state.kind === "up") return undefined;
    if (state.kind === "down")
      return state.error instanceof Error ? state.error.message : String(state.error);
    return state.kind === "starting" ? "it has not answered yet" : "the cache was closed";
  }

  /** What the backend said is wrong with its configuration, where that is why it is not there. */
  get wrongConfiguration(): CacheError | undefined {
    if (this.#state.kind !== "down" || !CacheError.isInstance(this.#state.error)) return undefined;
    return this.#state.error.code === "invalid_config" ? this.#state.error : undefined;
  }

  /** Tries once, and goes on in the background where that failed or took longer than `limitMs`. Never rejects. */
  async start(limitMs: number): Promise<void> {
    const { promise: expired, resolve: expire } = Promise.withResolvers<void>();
    const limit = this.#context.clock.after(limitMs, expire, true);
    await Promise.race([this.#attempt(), expired]);
    limit[Symbol.dispose]();
    // Wrong configuration is for whoever started this to report.
    if (this.#state.kind === "up" || this.wrongConfiguration !== undefined) return;
    const fields = { tier: this.tier.name, backend: this.tier.backend, why: this.reason };
    this.#context.logger.warn("tier is down at start: retried until it is there", fields);
  }

  /** What is taken in from here on comes late: `refuse` is asked first. */
  guardLate(refuse: (backend: CacheBackend) => string | undefined): void {
    this.#refuse = refuse;
  }

  /** Calls `listen` once when the backend is there, at once if it is. Disposing takes that back. */
  whenUp(listen: (backend: CacheBackend) => void): Disposable {
    if (this.#state.kind === "up") listen(this.#state.backend);
    else this.#onUp.add(listen);
    return { [Symbol.dispose]: () => void this.#onUp.delete(listen) };
  }

  /** The backend, or a throw of what keeps it from being there: `tier_unavailable`, `timeout`, `throttled` or `auth`. */
  require(): CacheBackend {
    const { backend } = this;
    if (backend !== undefined) return backend;
    const cause = this.#state.kind === "down" ? this.#state.error : undefined;
    const known = CacheError.isInstance(cause) && DOWN.has(cause.code) ? cause : undefined;
    const tier = `Tier "${this.tier.name}"`;
    const why = (this.reason ?? "").replace(`${tier}: `, "");
    throw new CacheError(known?.code ?? "tier_unavailable", `${tier} is down: ${why}`, {
      retryable: known?.retryable ?? true,
      cause,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { backend } = this;
    this.#state = { kind: "closed" };
    this.#timer?.[Symbol.dispose]();
    this.#onUp.clear();
    await backend?.[Symbol.asyncDispose]?.();
  }

  async #attempt(): Promise<void> {
    this.attempts += 1;
    try {
      const backend = await this.tier.module.create(this.tier.options, this.#context);
      await this.#takeIn(backend);
    } catch (error) {
      if (this.#state.kind === "closed") return;
      this.#state = { kind: "down", error: maskedError(error, this.#secrets) };
      this.#timer = this.#context.clock.after(this.#pauseMs(), () => void this.#attempt());
    }
  }

  async #takeIn(backend: CacheBackend): Promise<void> {
    const closed = this.#state.kind === "closed";
    const refusal = closed ? undefined : this.#refuse(backend);
    if (closed || refusal !== undefined) {
      if (refusal !== undefined) this.#state = { kind: "down", error: new Error(refusal) };
      // It came too late to be used; that it cannot be closed either changes nothing.
      await backend[Symbol.asyncDispose]?.().then(undefined, () => undefined);
      return;
    }
    const late = this.attempts > 1 || this.#state.kind === "down";
    this.#state = { kind: "up", backend };
    for (const listen of this.#onUp) listen(backend);
    this.#onUp.clear();
    const fields = { tier: this.tier.name, backend: this.tier.backend, attempts: this.attempts };
    if (late) this.#context.logger.info("tier is there", fields);
  }

  /** Between three quarters and five quarters of the step, so that a fleet does not knock in one beat. */
  #pauseMs(): number {
    const step = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.attempts - 1, 10));
    return step * (0.75 + this.#context.random.next() / 2);
  }
}
