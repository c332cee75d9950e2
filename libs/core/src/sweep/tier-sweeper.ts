import { setImmediate as nextTurn } from "node:timers/promises";
import type { StoredHead } from "@cogniverse/sdk";
import { headsOf } from "../manager/listing.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import type { SweepCounts, SweepProgress, TierSweep } from "./sweep-report.ts";
import type { Verdicts } from "./verdicts.ts";

/** So many deletions of a sweep are under way at a time: readers come first. */
const DELETIONS_AT_A_TIME = 8;
/** After so many copies the sweep tells how far it is, and lets others have the event loop: a tier in memory answers without ever giving it up. */
const COPIES_A_STEP = 256;

/** What the sweep of one tier needs. */
type TierSweeping = Readonly<{
  tier: Tier;
  tenant: TenantState;
  verdicts: Verdicts;
  signal: AbortSignal;
  onProgress: ((progress: SweepProgress) => void) | undefined;
}>;

/** Walks one tier and deletes what may go, each copy only while it is the very one that was judged. */
export class TierSweeper {
  readonly #sweeping: TierSweeping;
  readonly #counts: SweepCounts = { scanned: 0, dead: 0, expired: 0, deleted: 0 };
  readonly #deleting = new Set<Promise<void>>();

  constructor(sweeping: TierSweeping) {
    this.#sweeping = sweeping;
  }

  /** Rejects with the signal's reason, or where the log cannot be reached. */
  async run(): Promise<TierSweep> {
    const { tier, tenant, signal } = this.#sweeping;
    const copies = headsOf(tier, tenant, "", signal);
    let isComplete: boolean;
    try {
      for (;;) {
        const next = await copies.next();
        if (next.done === true) {
          isComplete = next.value;
          break;
        }
        await this.#take(next.value.key, next.value.head);
      }
    } finally {
      await copies.return(false);
      await Promise.all(this.#deleting);
    }
    signal.throwIfAborted();
    this.#tell();
    const state = isComplete ? "complete" : "incomplete";
    return { tier: tier.name, state, ...this.#counts };
  }

  async #take(key: string, head: StoredHead): Promise<void> {
    const counts = this.#counts;
    counts.scanned++;
    const verdict = await this.#sweeping.verdicts.on(key, head);
    if (verdict !== "stays") {
      counts[verdict]++;
      if (this.#deleting.size >= DELETIONS_AT_A_TIME) await Promise.race(this.#deleting);
      this.#delete(key, head.etag);
    }
    if (counts.scanned % COPIES_A_STEP > 0) return;
    this.#tell();
    await nextTurn();
    this.#sweeping.signal.throwIfAborted();
  }

  /** With the etag that was judged: a put that came in between has another, and its copy stays. */
  #delete(key: string, etag: string): void {
    const deleting = this.#deleteOne(key, etag)
      // Only ever the caller's own abort, which ends the walk by itself.
      .catch(() => undefined)
      .finally(() => this.#deleting.delete(deleting));
    this.#deleting.add(deleting);
  }

  async #deleteOne(key: string, etag: string): Promise<void> {
    const { tier, tenant, signal } = this.#sweeping;
    const { tenantId } = tenant;
    const answer = await tier.call(
      { what: "delete", tenantId },
      (call) => tier.entries.deleteEntry(key, etag, tenantId, call),
      { signal },
    );
    if (!answer.up || !answer.value) return;
    this.#counts.deleted++;
    tenant.tierCounters(tier).swept++;
  }

  #tell(): void {
    const { tier, onProgress } = this.#sweeping;
    const { scanned, deleted } = this.#counts;
    onProgress?.({ tier: tier.name, scanned, deleted });
  }
}
