import { isUnreadable, type Clock } from "@cogniverse/sdk";
import type { Tier, TierAnswer } from "../tier/tier.ts";
import { knows, takenUp, wholeCourse, type Course, type Seen } from "./course.ts";
import { pause } from "./pace.ts";
import { MARK_TENANT, markEntry, markKey, readMark, type SweepMark } from "./sweep-mark.ts";
import { noCounts, type SweepCounts } from "./sweep-report.ts";

/** Who saw a mark unchanged for so long, on his own monotonic clock, takes it over. */
const SILENT_MS = 10_000;
/** How often one who waits looks at a mark. */
const LOOK_EVERY_MS = 500;

/** What {@link SweepClaim} needs. */
export type Claiming = Readonly<{
  tier: Tier;
  tenantId: string;
  /** Names this cache among all. */
  node: string;
  clock: Clock;
  signal: AbortSignal;
  /**
   * `patient`: an operator waits, where another node sweeps, until that is done. Else somebody else's sweep is as good, and so is one whose mark says
   * that it is complete, knew all that is known here, or is younger than `youngMs`.
   */
  patience: "patient" | Readonly<{ youngMs: number }>;
  /** Told of the mark of another node that is waited for. */
  onElsewhere: (mark: SweepMark) => void;
}>;

/** Whose turn it is. `course`: what is to be looked at; `earlier`: the counts of it so far. */
export type Turn = Readonly<
  | { state: "mine"; course: Course; earlier: SweepCounts }
  | { state: "elsewhere" | "unchanged"; mark: SweepMark }
>;

type Found = Readonly<{ mark: SweepMark; etag: string }>;

/**
 * The right to sweep one tenant in one tier, by a mark that lies there. It spares work and decides nothing: every deletion is of the very copy that was
 * judged, so two who both believe to have it do the same work twice, and a mark that is lost begins anew. No clock of another machine is asked: a
 * holder is taken for gone by who saw his mark unchanged for long enough on his own.
 */
export class SweepClaim {
  readonly #claiming: Claiming;
  readonly #key: string;
  /** Of the own mark; `undefined` where there is none: the sweep goes on without. */
  #etag: string | undefined;
  #beat = 0;

  constructor(claiming: Claiming) {
    this.#claiming = claiming;
    this.#key = markKey(claiming.tenantId);
  }

  /** Waits for its turn as long as `patience` says. `waited`: another node is known to sweep already. Rejects with the signal's reason. */
  async take(seen: Seen, waited: boolean): Promise<Turn> {
    const { signal, patience } = this.#claiming;
    let silent: string | undefined;
    for (;;) {
      signal.throwIfAborted();
      const found = await this.#find();
      const state = found === undefined ? undefined : this.#spared(found.mark, seen, waited);
      if (found !== undefined && state !== undefined) return { state, mark: found.mark };
      const isFree = found?.mark.state !== "under-way" || found.etag === silent;
      if (isFree) {
        const turn = await this.#claim(found, seen);
        if (turn !== undefined) return turn;
      } else if (waited && patience !== "patient") return { state: "elsewhere", mark: found.mark };
      else {
        waited = true;
        if (await this.#isSilent(found)) silent = found.etag;
      }
    }
  }

  /** Tells where the sweep stands. Resolves false where another has taken it over. */
  async renew(course: Course, counts: SweepCounts): Promise<boolean> {
    if (this.#etag === undefined) return true;
    const written = await this.#write(this.#mark("under-way", course, counts), this.#etag);
    if (!written.up) return true;
    if (written.value === undefined) return (await this.#find())?.etag === this.#etag;
    this.#etag = written.value;
    return true;
  }

  /** Leaves the rest to whoever comes. Never rejects; asks for no longer than the tier's time limit, also after an abort. */
  async leave(course: Course, counts: SweepCounts): Promise<void> {
    if (this.#etag === undefined) return;
    await this.#write(this.#mark("paused", course, counts), this.#etag);
    this.#etag = undefined;
  }

  /** All was looked at. Of a tenant that has nothing left here no mark is left either; nor where the next sweep is to begin `anew`. */
  async finish(course: Course, counts: SweepCounts, anew: boolean): Promise<void> {
    if (this.#etag === undefined) return;
    if (counts.scanned > counts.deleted && !anew)
      await this.#write(this.#mark("complete", course, counts), this.#etag);
    else await this.#remove(this.#etag);
    this.#etag = undefined;
  }

  /** Why a complete sweep that is told of here makes another needless. */
  #spared(
    { state, course, writtenAt }: SweepMark,
    seen: Seen,
    waited: boolean,
  ): "elsewhere" | "unchanged" | undefined {
    if (state !== "complete") return undefined;
    const { patience, clock } = this.#claiming;
    const isDone = knows(course.seen, seen);
    if (waited && isDone) return "elsewhere";
    if (patience === "patient") return undefined;
    const ageMs = clock.now() - writtenAt;
    return isDone || (ageMs >= 0 && ageMs < patience.youngMs) ? "unchanged" : undefined;
  }

  /** Whether a mark stays as it is for too long. Resolves as soon as it is another. */
  async #isSilent({ mark, etag }: Found): Promise<boolean> {
    const { clock, signal, onElsewhere } = this.#claiming;
    const until = clock.monotonic() + SILENT_MS;
    onElsewhere(mark);
    while (clock.monotonic() < until) {
      await pause(clock, LOOK_EVERY_MS, signal);
      if ((await this.#find())?.etag !== etag) return false;
    }
    return true;
  }

  /** `undefined` where another was faster. A tier that takes no mark is swept without. */
  async #claim(found: Found | undefined, seen: Seen): Promise<Turn | undefined> {
    const left = found?.mark.state === "complete" ? undefined : found?.mark;
    const course = left === undefined ? wholeCourse(seen) : takenUp(left.course, seen);
    const earlier = left !== undefined && course === left.course ? left.counts : noCounts();
    const written = await this.#write(this.#mark("under-way", course, earlier), found?.etag);
    this.#etag = written.up ? written.value : undefined;
    if (written.up && written.value === undefined) {
      const now = await this.#find();
      if (now !== undefined && now.etag !== found?.etag) return undefined;
    }
    return { state: "mine", course, earlier };
  }

  #mark(state: SweepMark["state"], course: Course, counts: SweepCounts): SweepMark {
    const { node, clock } = this.#claiming;
    const beat = ++this.#beat;
    const writtenAt = clock.now();
    return { form: 1, state, holder: node, beat, course, counts: { ...counts }, writtenAt };
  }

  async #find(): Promise<Found | undefined> {
    const { tier, tenantId } = this.#claiming;
    const answer = await tier.call({ what: "get", tenantId }, (call) =>
      tier.entries.getEntry(this.#key, MARK_TENANT, call),
    );
    if (!answer.up || answer.value === undefined || isUnreadable(answer.value)) return undefined;
    const mark = readMark(answer.value.data);
    return mark === undefined ? undefined : { mark, etag: answer.value.etag };
  }

  #write(mark: SweepMark, over: string | undefined): Promise<TierAnswer<string | undefined>> {
    const { tier, tenantId } = this.#claiming;
    const condition =
      over === undefined ? ({ if: "absent" } as const) : ({ if: "match", etag: over } as const);
    return tier.call({ what: "put", tenantId }, (call) =>
      tier.entries.putEntry(this.#key, markEntry(mark), MARK_TENANT, condition, call),
    );
  }

  async #remove(etag: string): Promise<void> {
    const { tier, tenantId } = this.#claiming;
    await tier.call({ what: "delete", tenantId }, (call) =>
      tier.entries.deleteEntry(this.#key, etag, MARK_TENANT, call),
    );
    // A backend that keeps a list of its keys brings it up to date by this.
    await tier.call({ what: "list", tenantId }, (call) =>
      tier.backend.listKeys(this.#key, MARK_TENANT, call),
    );
  }
}
