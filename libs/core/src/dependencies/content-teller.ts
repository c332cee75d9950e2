import type { NewRecord, Scope } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { FilledCopy } from "./recent-fills.ts";

/** More keys of one tenant than this become one record on all of it: killing too much is allowed, too little never. */
const MOST_KEYS = 65_536;
/** Records of one append. */
const AT_A_TIME = 256;

/** What is to be said of a tenant: by path the content that was filled, or that anything of it may have changed. */
type Waiting = Map<string, FilledCopy> | "all";

/** One record that is to be. Without `filled` it is about all of the tenant. */
type Telling = Readonly<{
  tenant: TenantState;
  filled: Readonly<{ path: string; copy: FilledCopy }> | undefined;
}>;

/** Whether what was derived from other content than this may still live. */
type IsNeeded = (tenant: TenantState, path: string, copy: FilledCopy) => boolean;

/**
 * Tells the log of fills that brought other content than something was derived from. What was derived lives until that is said, so none of it is ever
 * given up: of each key the last content waits until the log has taken it.
 */
export class ContentTeller {
  readonly #engine: Engine;
  readonly #isNeeded: IsNeeded;
  readonly #waiting = new Map<TenantState, Waiting>();
  #telling: Promise<void> | undefined;
  #isTelling = false;
  #retry: Disposable | undefined;
  #closed = false;

  constructor(engine: Engine, isNeeded: IsNeeded) {
    this.#engine = engine;
    this.#isNeeded = isNeeded;
  }

  tell(tenant: TenantState, path: string, copy: FilledCopy): void {
    this.#keep(tenant, path, copy);
    if (!this.#isTelling && this.#retry === undefined) this.#begin();
  }

  /** Says what is left, as far as the log takes it now. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.[Symbol.dispose]();
    if (!this.#isTelling) this.#begin();
    await this.#telling;
  }

  #begin(): void {
    this.#retry = undefined;
    this.#telling = this.#engine.background.track(this.#tellAll());
  }

  async #tellAll(): Promise<void> {
    const { coherence, logger } = this.#engine;
    this.#isTelling = true;
    for (let some = this.#take(); some.length > 0; some = this.#take()) {
      try {
        await coherence.append(some.map((telling) => this.#record(telling)));
      } catch (error) {
        for (const telling of some) this.#putBack(telling);
        const why = String(error);
        logger.warn("other content for a source could not be told yet; trying again", { why });
        this.#retryLater();
        break;
      }
      for (const { tenant, filled } of some)
        if (filled !== undefined) tenant.sources.settled(filled.path, filled.copy.digest);
    }
    // In the step in which there was nothing more to take: what comes in later begins anew.
    this.#isTelling = false;
  }

  #retryLater(): void {
    if (this.#closed) return;
    const { clock, coherence } = this.#engine;
    this.#retry = clock.after(Math.max(coherence.leaseMs / 3, 50), () => this.#begin());
  }

  #keep(tenant: TenantState, path: string, copy: FilledCopy): void {
    const waiting = this.#waiting.get(tenant) ?? new Map<string, FilledCopy>();
    if (waiting === "all") return;
    waiting.set(path, copy);
    this.#waiting.set(tenant, waiting.size > MOST_KEYS ? "all" : waiting);
  }

  #putBack({ tenant, filled }: Telling): void {
    const waiting = this.#waiting.get(tenant);
    if (filled === undefined) this.#waiting.set(tenant, "all");
    // What was filled since then is the later content.
    else if (waiting === undefined || (waiting !== "all" && !waiting.has(filled.path)))
      this.#keep(tenant, filled.path, filled.copy);
  }

  /** The next ones to be said. */
  #take(): readonly Telling[] {
    const taken: Telling[] = [];
    for (const [tenant, waiting] of this.#waiting) {
      if (waiting === "all") taken.push({ tenant, filled: undefined });
      else
        for (const [path, copy] of waiting) {
          if (taken.length >= AT_A_TIME) return taken;
          waiting.delete(path);
          if (this.#isNeeded(tenant, path, copy)) taken.push({ tenant, filled: { path, copy } });
        }
      this.#waiting.delete(tenant);
    }
    return taken;
  }

  #record({ tenant: { tenantId }, filled }: Telling): NewRecord {
    const { clock, node } = this.#engine;
    const written = { tenantId, mode: "hard", fill: true, at: clock.now(), node } as const;
    if (filled === undefined) return { ...written, scope: { kind: "tenant" } };
    const scope: Scope = { kind: "key", value: filled.path };
    return { ...written, scope, digest: filled.copy.digest };
  }
}
