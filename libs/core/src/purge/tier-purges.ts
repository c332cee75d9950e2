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
  /** The last that was done and is not noted yet. */
  #last: Heard | undefined;
  #note: PurgeNote | undefined;
  #running: Promise<void> | undefined;
  /** Something has been heard of since the last look at what waits. */
  #hasNews = false;
  /** Purges of this node itself that are under way. */
  #held = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get tier(): string {
    return this.#parts.tier.name;
  }

  /** This node begins a purge of its own, which empties the tier too: until {@link release} nothing is noted, which would say that it is done. */
  hold(): void {
    this.#held++;
  }

  /** `left`: what the purge did not do here, and is done with the next one. Resolves when nothing waits any more; never rejects. */
  async release(left: Heard | undefined): Promise<void> {
    this.#held--;
    if (left !== undefined) this.#waiting.push(left);
    else if (this.#held === 0 && this.#last !== undefined) await this.add([], false);
  }

  /** `isStart`: this node begins, and only what outlives a process can hold anything. Resolves when nothing waits any more; never rejects. */
  add(heard: readonly Heard[], isStart: boolean): Promise<void> {
    const { tier } = this.#parts;
    if (isStart && !tier.traits.durable) return Promise.resolve();
    this.#waiting.push(...heard);
    this.#hasNews = true;
    this.#running ??= this.#work();
    return this.#running;
  }

  /** Again where something was heard of while the last of it was noted. */
  async #work(): Promise<void> {
    do {
      this.#hasNews = false;
      await this.#workOff();
    } while (this.#hasNews);
    this.#running = undefined;
  }

  async #workOff(): Promise<void> {
    const { engine, tier, signal } = this.#parts;
    const failed: Heard[] = [];
    try {
      if (tier.traits.durable) this.#note ??= await readNote(tier, { signal });
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if (this.#isDone(next)) continue;
        if (!(await this.#carryOut(next))) failed.push(next);
        if (this.#last === undefined || isLater(next, this.#last)) this.#last = next;
      }
    } catch {
      return; // this node is being closed
    }
    if (failed.length === 0) return this.#noteLast();
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

  async #noteLast(): Promise<void> {
    const { engine, tier } = this.#parts;
    const heard = this.#last;
    if (heard === undefined || this.#held > 0) return;
    this.#last = undefined;
    if (!tier.traits.durable || this.#isDone(heard)) return;
    this.#note = { logId: heard.logId, position: heard.record.position };
    await writeNote(tier, this.#note, engine.clock.now());
  }
}

/** What was left over from another log is older than what this one says. */
function isLater(one: Heard, other: Heard): boolean {
  return one.logId !== other.logId || one.record.position > other.record.position;
}
