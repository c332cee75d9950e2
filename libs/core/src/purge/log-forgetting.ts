import type { Call, LogRecord, Position } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import { tombstoneOf } from "./purge-record.ts";
import type { LogPurge } from "./purge-report.ts";

/** What the log is to forget: what it says of a tenant below a position. */
type Forgotten = Readonly<{ tenantId: string; before: Position }>;

/** Whoever purges forgets at once; others look after so many times D whether that was done. */
const LATER_LEASES = 2;

/** Takes out of the log what it said of tenants before they were purged. */
export class LogForgetting implements Disposable {
  readonly #engine: Engine;
  readonly #signal: AbortSignal;
  readonly #due = new Map<string, Position>();
  #timer: Disposable | undefined;

  constructor(engine: Engine, signal: AbortSignal) {
    this.#engine = engine;
    this.#signal = signal;
  }

  /** Rejects only with the signal's reason. */
  async now({ tenantId, before }: Forgotten, call: Call): Promise<LogPurge> {
    const { log } = this.#engine;
    if (log.forgetTenant === undefined) return { state: "kept" };
    try {
      await log.forgetTenant(tenantId, before, call);
      return { state: "complete" };
    } catch (error) {
      call.signal?.throwIfAborted();
      return { state: "incomplete", why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Does it for these purges too, once whoever purged had time enough: he may have been stopped before. Cheap where he was not. */
  later(purges: readonly Pick<LogRecord, "tenantId" | "position">[]): void {
    const { clock, log, background } = this.#engine;
    if (log.forgetTenant === undefined || log.leaseMs === 0) return;
    for (const { tenantId, position } of purges) this.#due.set(tenantId, tombstoneOf(position));
    if (this.#due.size === 0) return;
    this.#timer ??= clock.after(LATER_LEASES * log.leaseMs, () => {
      this.#timer = undefined;
      void background.track(this.#forgetDue());
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  async #forgetDue(): Promise<void> {
    const due = [...this.#due];
    this.#due.clear();
    for (const [tenantId, before] of due) {
      const { state, why } = await this.now({ tenantId, before }, { signal: this.#signal }).catch(
        (): LogPurge => ({ state: "kept" }),
      );
      if (state !== "incomplete") continue;
      // A later purge may have been heard of meanwhile, whose position covers this one.
      if (!this.#due.has(tenantId)) this.#due.set(tenantId, before);
      this.#engine.logger.warn(
        "what the log said of a purged tenant could not be taken out of it; it will be tried with the next purge, or at the next start",
        { tenant: tenantId, why },
      );
    }
  }
}
