import type { Clock, NamedCopy, StoredHead } from "@cogniverse/sdk";
import { headsOf } from "../manager/listing.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { doneUpTo, legDone, wholeCourse, type Course, type Seen } from "./course.ts";
import type { Pace } from "./pace.ts";
import type { SweepClaim } from "./sweep-claim.ts";
import type { SweepMark } from "./sweep-mark.ts";
import { noCounts, type SweepCounts, type SweepProgress, type TierSweep } from "./sweep-report.ts";
import type { Verdicts } from "./verdicts.ts";

/** How often a mark is renewed. */
const MARK_EVERY_MS = 1000;
/** Where a tier deletes one copy a call, so many are under way at a time. */
const DELETIONS_AT_A_TIME = 8;

/** What the sweep of one tier needs. */
type TierSweeping = Readonly<{
  tier: Tier;
  tenant: TenantState;
  verdicts: Verdicts;
  /** `undefined` for a tier that only this process has: there is nobody to share it with, and nothing outlives it. */
  claim: SweepClaim | undefined;
  seen: Seen;
  pace: Pace;
  clock: Clock;
  signal: AbortSignal;
  /** Copies in the tier, about. */
  total: number | undefined;
  onProgress: ((progress: SweepProgress) => void) | undefined;
}>;

type Copy = Readonly<{ key: string; head: StoredHead }>;

/** How a walk ended. `lost`: another node has taken it over. */
type Ending = "complete" | "incomplete" | "lost";

/** Walks one tier step by step and deletes what may go, each copy only while it is the very one that was judged. */
export class TierSweeper {
  readonly #sweeping: TierSweeping;
  readonly #counts: SweepCounts = noCounts();
  #earlier: SweepCounts = noCounts();
  #course: Course;
  #markedAt: number;
  /** The tier refused to delete something. */
  #refused = false;

  constructor(sweeping: TierSweeping) {
    this.#sweeping = sweeping;
    this.#course = wholeCourse(sweeping.seen);
    this.#markedAt = sweeping.clock.monotonic();
  }

  /** Rejects with the signal's reason, or where the log cannot be reached. */
  async run(): Promise<TierSweep> {
    const { claim, seen } = this.#sweeping;
    for (;;) {
      if (claim !== undefined) {
        const turn = await claim.take(seen);
        if (turn.state !== "mine") return this.#sweptElsewhere(turn.state, turn.mark);
        ({ course: this.#course, earlier: this.#earlier } = turn);
      }
      const ending = await this.#walk();
      if (ending !== "lost") return this.#report(ending);
    }
  }

  async #walk(): Promise<Ending> {
    const { claim } = this.#sweeping;
    let ending: Ending | undefined;
    try {
      ending = await this.#legs();
    } finally {
      if (ending === "complete") await claim?.finish(this.#course, this.#all());
      // Also when it is aborted: whoever comes next need not find out that nobody walks.
      else if (ending !== "lost") await claim?.leave(this.#course, this.#all());
    }
    this.#tell();
    return this.#refused && ending === "complete" ? "incomplete" : ending;
  }

  async #legs(): Promise<Ending> {
    for (let [leg] = this.#course.legs; leg !== undefined; [leg] = this.#course.legs) {
      const ending = await this.#leg(leg.after, leg.until);
      if (ending !== "complete") return ending;
      this.#course = legDone(this.#course);
    }
    return "complete";
  }

  async #leg(after: string | null, until: string | null): Promise<Ending> {
    const { tier, tenant, signal, pace, clock } = this.#sweeping;
    const copies = headsOf(tier, tenant, "", signal, after ?? undefined);
    let step: Copy[] = [];
    let began = clock.monotonic();
    try {
      for (;;) {
        const next = await copies.next();
        const isOver = next.done === true || (until !== null && next.value.key > until);
        if (!isOver) step.push(next.value);
        if (!isOver && step.length < pace.step) continue;
        if (!(await this.#take(step))) return "lost";
        if (next.done === true) return next.value ? "complete" : "incomplete";
        if (isOver) return "complete";
        await pace.rest(step.length, clock.monotonic() - began, signal);
        began = clock.monotonic();
        step = [];
      }
    } finally {
      await copies.return(false);
    }
  }

  /** Judges and deletes, and only then says that it is done. Resolves false where another node has taken over. */
  async #take(copies: readonly Copy[]): Promise<boolean> {
    const { verdicts, claim, clock, signal } = this.#sweeping;
    signal.throwIfAborted();
    const mayGo: NamedCopy[] = [];
    for (const { key, head } of copies) {
      const verdict = await verdicts.on(key, head);
      if (verdict === "stays") continue;
      this.#counts[verdict]++;
      mayGo.push({ key, etag: head.etag });
    }
    await this.#delete(mayGo);
    this.#counts.scanned += copies.length;
    const last = copies.at(-1);
    if (last !== undefined) this.#course = doneUpTo(this.#course, last.key);
    if (copies.length > 0) this.#tell();
    if (clock.monotonic() - this.#markedAt < MARK_EVERY_MS) return true;
    this.#markedAt = clock.monotonic();
    return (await claim?.renew(this.#course, this.#all())) ?? true;
  }

  /** With the etags that were judged: a put that came in between has another, and its copy stays. */
  async #delete(copies: readonly NamedCopy[]): Promise<void> {
    if (copies.length === 0) return;
    const { tier, tenant } = this.#sweeping;
    const together = tier.entries.deleteEntries !== undefined;
    const part = together ? copies.length : DELETIONS_AT_A_TIME;
    for (let at = 0; at < copies.length; at += part) {
      const some = copies.slice(at, at + part);
      const deleted = together
        ? await this.#deleteTogether(some)
        : await Promise.all(some.map((copy) => this.#deleteOne(copy)));
      const gone = deleted.filter(Boolean).length;
      this.#counts.deleted += gone;
      tenant.tierCounters(tier).swept += gone;
    }
  }

  async #deleteTogether(copies: readonly NamedCopy[]): Promise<readonly boolean[]> {
    const { tier, tenant, signal } = this.#sweeping;
    const { tenantId } = tenant;
    const answer = await tier.call(
      { what: "delete", tenantId },
      async (call) => (await tier.entries.deleteEntries?.(copies, tenantId, call)) ?? [],
      { signal },
    );
    if (!answer.up) this.#refused = true;
    return answer.up ? answer.value : [];
  }

  async #deleteOne({ key, etag }: NamedCopy): Promise<boolean> {
    const { tier, tenant, signal } = this.#sweeping;
    const { tenantId } = tenant;
    const answer = await tier.call(
      { what: "delete", tenantId },
      (call) => tier.entries.deleteEntry(key, etag, tenantId, call),
      { signal },
    );
    if (!answer.up) this.#refused = true;
    return answer.up && answer.value;
  }

  /** Of this course, with what an interrupted sweep has done of it. */
  #all(): SweepCounts {
    const { scanned, dead, expired, deleted } = this.#earlier;
    const own = this.#counts;
    return {
      scanned: scanned + own.scanned,
      dead: dead + own.dead,
      expired: expired + own.expired,
      deleted: deleted + own.deleted,
    };
  }

  #report(state: "complete" | "incomplete"): TierSweep {
    return { tier: this.#sweeping.tier.name, state, ...this.#counts, ...this.#since() };
  }

  #sweptElsewhere(state: "elsewhere" | "unchanged", { counts }: SweepMark): TierSweep {
    const figures = state === "elsewhere" ? counts : noCounts();
    return { tier: this.#sweeping.tier.name, state, ...figures };
  }

  #since(): Readonly<{ earlier?: number }> {
    return this.#earlier.scanned === 0 ? {} : { earlier: this.#earlier.scanned };
  }

  #tell(): void {
    const { tier, total, onProgress } = this.#sweeping;
    const { scanned, deleted } = this.#counts;
    onProgress?.({
      tier: tier.name,
      scanned,
      deleted,
      ...this.#since(),
      ...(total === undefined ? {} : { total }),
    });
  }
}
