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

/** How often what may go is deleted and the mark renewed: on a disk each flushes, which the process that sweeps waits for. */
const SETTLE_EVERY_MS = 2000;
/** So many that may go are deleted at once, without waiting any longer. */
const MOST_TO_GO = 1024;
/** Copies that one call deletes. */
const MOST_TOGETHER = 256;
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
  /** Of the course, before this walk of it; and what this sweep had counted by then. */
  #earlier: SweepCounts = noCounts();
  #before: SweepCounts = noCounts();
  /** Of the course, as far as it says that it is done. */
  #settled: SweepCounts = noCounts();
  #course: Course;
  #settledAt: number;
  /** Judged and not deleted yet. */
  readonly #toGo: NamedCopy[] = [];
  /** The last key that was judged. */
  #judged: string | undefined;
  /** The tier refused to delete something. */
  #refused = false;

  constructor(sweeping: TierSweeping) {
    this.#sweeping = sweeping;
    this.#course = wholeCourse(sweeping.seen);
    this.#settledAt = sweeping.clock.monotonic();
  }

  /** Rejects with the signal's reason, or where the log cannot be reached. */
  async run(): Promise<TierSweep> {
    const { claim, seen } = this.#sweeping;
    for (let isLost = false; ; isLost = true) {
      if (claim !== undefined) {
        const turn = await claim.take(seen, isLost);
        if (turn.state !== "mine") return this.#notOurs(turn.state, turn.mark);
        this.#begin(turn.course, turn.earlier);
      }
      const ending = await this.#walk();
      if (ending !== "lost") return this.#report(ending);
    }
  }

  #begin(course: Course, earlier: SweepCounts): void {
    this.#course = course;
    this.#earlier = earlier;
    this.#settled = earlier;
    this.#before = { ...this.#counts };
    this.#settledAt = this.#sweeping.clock.monotonic();
  }

  async #walk(): Promise<Ending> {
    const { claim } = this.#sweeping;
    let ending: Ending | undefined;
    try {
      ending = await this.#legs();
    } finally {
      if (ending === "complete") await claim?.finish(this.#course, this.#settled, this.#refused);
      // Also when it is aborted: whoever comes next need not find out that nobody walks.
      else if (ending !== "lost") await claim?.leave(this.#course, this.#settled);
    }
    this.#tell();
    return this.#refused && ending === "complete" ? "incomplete" : ending;
  }

  async #legs(): Promise<Ending> {
    for (let [leg] = this.#course.legs; leg !== undefined; [leg] = this.#course.legs) {
      const ending = await this.#leg(leg.after, leg.until);
      if (ending === "lost") return ending;
      // Also what was judged before a tier failed: it may take a deletion all the same.
      await this.#settle();
      if (ending !== "complete") return ending;
      this.#judged = undefined;
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

  /** Resolves false where another node has taken over. */
  async #take(copies: readonly Copy[]): Promise<boolean> {
    const { verdicts, claim, clock, signal } = this.#sweeping;
    signal.throwIfAborted();
    for (const { key, head } of copies) {
      const verdict = await verdicts.on(key, head);
      if (verdict === "stays") continue;
      this.#counts[verdict]++;
      this.#toGo.push({ key, etag: head.etag });
    }
    this.#counts.scanned += copies.length;
    this.#judged = copies.at(-1)?.key ?? this.#judged;
    const isDue = clock.monotonic() - this.#settledAt >= SETTLE_EVERY_MS;
    const settles = isDue || this.#toGo.length >= MOST_TO_GO;
    if (settles) await this.#settle();
    if (copies.length > 0) this.#tell();
    return !settles || ((await claim?.renew(this.#course, this.#settled)) ?? true);
  }

  /** Deletes, and only then says that it is done up to here. */
  async #settle(): Promise<void> {
    await this.#delete(this.#toGo.splice(0));
    if (this.#judged !== undefined) this.#course = doneUpTo(this.#course, this.#judged);
    this.#settled = this.#all();
    this.#settledAt = this.#sweeping.clock.monotonic();
  }

  /** With the etags that were judged: a put that came in between has another, and its copy stays. */
  async #delete(copies: readonly NamedCopy[]): Promise<void> {
    const { tier, tenant } = this.#sweeping;
    const together = tier.entries.deleteEntries !== undefined;
    const part = together ? MOST_TOGETHER : DELETIONS_AT_A_TIME;
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
    const sum = (pick: (counts: SweepCounts) => number): number =>
      pick(this.#earlier) + pick(this.#counts) - pick(this.#before);
    return {
      scanned: sum(({ scanned }) => scanned),
      dead: sum(({ dead }) => dead),
      expired: sum(({ expired }) => expired),
      deleted: sum(({ deleted }) => deleted),
    };
  }

  #report(state: "complete" | "incomplete"): TierSweep {
    return { tier: this.#sweeping.tier.name, state, ...this.#counts, ...this.#since() };
  }

  #notOurs(state: "elsewhere" | "unchanged", { counts }: SweepMark): TierSweep {
    const { scanned, deleted } = counts;
    const theirs = state === "elsewhere" ? { theirs: { scanned, deleted } } : {};
    return { tier: this.#sweeping.tier.name, state, ...this.#counts, ...theirs };
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
