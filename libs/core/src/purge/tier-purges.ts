import type { LogRecord } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { ServedTenants } from "../sweep/background-sweep.ts";
import { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { forgetHere } from "./forget-here.ts";
import { readNote, writeNote, type PurgeNote } from "./purge-note.ts";

/** A purge that this node has heard of. `logId`: of the log that said so. */
export type Heard = Readonly<{ logId: string; record: Pick<LogRecord, "tenantId" | "position"> }>;

/** What {@link TierPurges} needs. */
type Parts = Readonly<{
  engine: Engine;
  tier: Tier;
  served: ServedTenants;
  signal: AbortSignal;
}>;

/**
 * Carries out in one of this node's own tiers what was purged elsewhere, one purge after the other. A tier that outlives its process notes up to where that
 * is done, so that a start does it for none twice, however many purges the log tells of.
 */
export class TierPurges {
  readonly #parts: Parts;
  /** In the order in which they were heard of; what could not be done waits for the next one. */
  readonly #waiting: Heard[] = [];
  #note: PurgeNote | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get tier(): string {
    return this.#parts.tier.name;
  }

  /** Has it done with the next one: the tier does not answer now. */
  keep(heard: Heard): void {
    this.#waiting.push(heard);
  }

  /** `isStart`: this node begins, and only what outlives a process can hold anything. Resolves when nothing waits any more; never rejects. */
  add(heard: readonly Heard[], isStart: boolean): Promise<void> {
    const { tier } = this.#parts;
    if (isStart && !tier.traits.durable) return Promise.resolve();
    this.#waiting.push(...heard);
    this.#running ??= this.#work().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #work(): Promise<void> {
    const { engine, tier, signal } = this.#parts;
    const failed: Heard[] = [];
    let last: Heard | undefined;
    try {
      if (tier.traits.durable) this.#note ??= await readNote(tier, { signal });
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if (this.#isDone(next)) continue;
        if (!(await this.#carryOut(next))) failed.push(next);
        if (last === undefined || isLater(next, last)) last = next;
      }
    } catch {
      return; // this node is being closed
    }
    if (failed.length === 0) return last && this.#done(last);
    this.#waiting.push(...failed);
    if (!signal.aborted)
      engine.logger.warn("what a purged tenant left here could not be removed; a sweep will", {
        tier: tier.name,
        purges: failed.length,
      });
  }

  #carryOut({ record: { tenantId } }: Heard): Promise<boolean> {
    const { engine, tier, served, signal } = this.#parts;
    signal.throwIfAborted();
    const tenant = served.get(tenantId)?.state ?? new TenantState(engine, tenantId);
    return forgetHere({ engine, tenant, tier, signal });
  }

  #isDone({ logId, record: { position } }: Heard): boolean {
    return this.#note?.logId === logId && position <= this.#note.position;
  }

  async #done(heard: Heard): Promise<void> {
    const { engine, tier } = this.#parts;
    if (!tier.traits.durable || this.#isDone(heard)) return;
    this.#note = { logId: heard.logId, position: heard.record.position };
    await writeNote(tier, this.#note, engine.clock.now());
  }
}

/** What was left over from another log is older than what this one says. */
function isLater(one: Heard, other: Heard): boolean {
  return one.logId !== other.logId || one.record.position > other.record.position;
}
