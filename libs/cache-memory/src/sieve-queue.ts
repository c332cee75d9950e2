/** What SIEVE asks of a member. */
export interface Queued {
  /** Set by readers on a hit. */
  visited: boolean;
  readonly expiresAt: number;
}

/** A member's place in one queue. */
export interface Place<T> {
  readonly member: T;
  older: Place<T> | undefined;
  newer: Place<T> | undefined;
}

/**
 * Members by age, and which of them to give up. A list of its own rather than the order of a Set: a JavaScript iterator that rests
 * holds on to the table it was made for, and with it to members that were deleted since.
 */
export class SieveQueue<T extends Queued> {
  #oldest: Place<T> | undefined;
  #newest: Place<T> | undefined;
  /** Where the next victim is looked for; `undefined` = at the oldest. */
  #hand: Place<T> | undefined;
  /** Where the next look for expired members begins. */
  #broom: Place<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes the member in as the newest. */
  add(member: T): Place<T> {
    const place: Place<T> = { member, older: this.#newest, newer: undefined };
    if (this.#newest === undefined) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
    this.#size++;
    return place;
  }

  /** `place` must be in this queue. */
  remove(place: Place<T>): void {
    const { older, newer } = place;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    if (this.#hand === place) this.#hand = newer;
    if (this.#broom === place) this.#broom = newer;
    this.#size--;
  }

  /**
   * The member to evict, still in the queue, by SIEVE (Zhang et al., NSDI 2024): the hand walks from old to new, round and round, and spares and unmarks
   * what was visited since it last passed. Newcomers that nobody reads again leave before those that proved themselves, so a
   * scan does not wash the cache out. What is expired goes at once. Amortised constant time: each mark cleared was a hit.
   */
  victim(now: number): T | undefined {
    for (let place = this.#hand ?? this.#oldest; place !== undefined;) {
      const { member, newer } = place;
      if (!member.visited || member.expiresAt <= now) {
        this.#hand = place;
        return member;
      }
      member.visited = false;
      place = newer ?? this.#oldest;
    }
    return undefined;
  }

  /** The expired among the next `count` members, going round; so all have been looked at after `size / count` calls. */
  expired(count: number, now: number): T[] {
    const found: T[] = [];
    for (let looked = 0; looked < Math.min(count, this.#size); looked++) {
      const place: Place<T> | undefined = this.#broom ?? this.#oldest;
      if (place === undefined) break;
      if (place.member.expiresAt <= now) found.push(place.member);
      this.#broom = place.newer;
    }
    return found;
  }

  *[Symbol.iterator](): Generator<T, void> {
    for (let place = this.#oldest; place !== undefined; place = place.newer) yield place.member;
  }
}
