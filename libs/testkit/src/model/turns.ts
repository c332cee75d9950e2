import type { Random } from "@cogniverse/sdk";

/** Who may be paused or dead, so that nothing reaches it: a node between its start and its crash. */
export interface Life {
  readonly isPaused: boolean;
  readonly isDead: boolean;
}

/** Something that can happen next. `owner`: nothing of a paused one happens, nothing of a dead one ever. */
export interface Turn {
  readonly owner: Life | undefined;
  readonly run: () => void;
}

/** Where timers are due. */
export interface Timed extends Life {
  /** True time at which its first timer is due; Infinity without one. */
  dueAt(): number;
  fire(): void;
}

/** The first timer of somebody. */
type TimerTurn = Turn & Readonly<{ owner: Timed }>;

/** This share of all turns waits much longer than the others: late writes, late answers, late news. */
const SLOW_SHARE = 0.12;
/** How often a turn is one that waited so long. */
const SLOW_TURN_SHARE = 0.04;
/** How often time passes although something could happen at once. */
const HASTE_SHARE = 0.03;

/**
 * The one scheduler of a world: every request, every answer, every announcement and every timer is a turn, and which comes next is drawn from the program's
 * random source. Time stands still while turns run and moves to the next timer when there is nothing else to do.
 */
export class Turns {
  /** True time in milliseconds, which no node knows. */
  now = 0;
  /** Turns taken so far. */
  taken = 0;
  readonly #random: Random;
  readonly #quick: Turn[] = [];
  readonly #slow: Turn[] = [];
  readonly #timed: TimerTurn[] = [];
  /** Scratch, so that a draw allocates nothing. */
  readonly #due: Turn[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get random(): Random {
    return this.#random;
  }

  chance(share: number): boolean {
    return this.#random.next() < share;
  }

  add(turn: Turn): void {
    (this.chance(SLOW_SHARE) ? this.#slow : this.#quick).push(turn);
  }

  watch(timed: Timed): void {
    this.#timed.push({ owner: timed, run: () => timed.fire() });
  }

  /**
   * Takes turns, `most` at most and as long as `goesOn` says, and after each lets all that follows from it happen, up to the next calls. Ends early where
   * nothing will ever happen any more.
   */
  async take(most: number, goesOn: () => boolean = always): Promise<void> {
    for (let left = most; left > 0 && goesOn() && this.#takeOne(); left--) await reactions();
  }

  #takeOne(): boolean {
    this.taken++;
    const turn = this.#choose();
    turn?.run();
    return turn !== undefined;
  }

  #choose(): Turn | undefined {
    if (this.chance(SLOW_TURN_SHARE)) {
      const late = this.#draw(this.#slow);
      if (late !== undefined) return late;
    }
    if (!this.chance(HASTE_SHARE)) {
      const next = this.#draw(this.#quick, this.#dueTimers());
      if (next !== undefined) return next;
    }
    if (this.chance(0.3)) {
      const late = this.#draw(this.#slow);
      if (late !== undefined) return late;
    }
    return this.#passTime() ?? this.#draw(this.#slow) ?? this.#draw(this.#quick);
  }

  /** One of those that can happen now. */
  #draw(turns: Turn[], more: readonly Turn[] = []): Turn | undefined {
    const count = turns.length + more.length;
    const start = Math.floor(this.#random.next() * count);
    for (let i = 0; i < count; i++) {
      const at = (start + i) % count;
      const turn = at < turns.length ? turns[at] : more[at - turns.length];
      if (turn === undefined || turn.owner?.isPaused === true) continue;
      if (at < turns.length) turns.splice(at, 1);
      return turn.owner?.isDead === true ? NOTHING : turn;
    }
    return undefined;
  }

  #dueTimers(): readonly Turn[] {
    const due = this.#due;
    due.length = 0;
    for (const timer of this.#timed) {
      const { owner } = timer;
      if (!owner.isDead && !owner.isPaused && owner.dueAt() <= this.now) due.push(timer);
    }
    return due;
  }

  /** To the first timer of a node that runs. */
  #passTime(): Turn | undefined {
    let first: TimerTurn | undefined;
    let firstAt = Infinity;
    for (const timer of this.#timed) {
      const { owner } = timer;
      if (owner.isDead || owner.isPaused) continue;
      const dueAt = owner.dueAt();
      if (dueAt < firstAt) [first, firstAt] = [timer, dueAt];
    }
    if (first !== undefined) this.now = Math.max(this.now, firstAt);
    return first;
  }
}

const always = (): boolean => true;

const NOTHING: Turn = { owner: undefined, run: () => undefined };

/**
 * Resolves once every promise reaction that is ready has run, and those that they made ready: Node empties the queue of reactions before it takes what
 * was given to nextTick. A fraction of what a turn of the event loop costs.
 */
export function reactions(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
