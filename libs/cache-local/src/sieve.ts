import type { EntryIndex } from "./entry-index.ts";
import { orderKey } from "./entry-index.ts";

/** Entries that one choice passes over at most, so that it takes bounded time; the next in line goes then. */
const LONGEST_WALK = 256;
/** Hits remembered at most; above it the oldest are forgotten. 8 bytes and a hash slot each. */
const MOST_VISITED = 262_144;

/**
 * SIEVE (Zhang et al., NSDI '24): entries stand in the order they came; a hand walks from the oldest to the newest, spares whoever was read
 * since it last passed, and takes the first that was not. What is only scanned once never displaces what is read again. The order
 * and the hand are in the index, shared by all processes; who was read is known to each process for itself, so a hit writes nothing.
 */
export class Sieve {
  readonly #visited = new Set<number>();

  /** Remembers a hit of the entry at this place. */
  visit(order: number): void {
    if (this.#visited.has(order)) return;
    if (this.#visited.size >= MOST_VISITED) {
      for (const oldest of this.#visited) {
        this.#visited.delete(oldest);
        break;
      }
    }
    this.#visited.add(order);
  }

  /** Index key of who goes next, never `spared`; moves the hand. `undefined` where nobody else is left. Belongs inside a transaction. */
  choose(index: EntryIndex, spared: Buffer): Buffer | undefined {
    const { hand } = index.totals();
    const chosen = this.#walk(index, spared, hand) ?? this.#walk(index, spared, 0);
    if (chosen === undefined) return undefined;
    index.change({ hand: chosen.order + 1 });
    return chosen.key;
  }

  #walk(
    index: EntryIndex,
    spared: Buffer,
    from: number,
  ): Readonly<{ key: Buffer; order: number }> | undefined {
    let walked = 0;
    for (const { key, value } of index.order.getRange({ start: orderKey(from) })) {
      const order = Buffer.from(key).readDoubleBE(0);
      if (Buffer.compare(value, spared) === 0) continue;
      if (++walked <= LONGEST_WALK && this.#visited.delete(order)) continue;
      this.#visited.delete(order);
      return { key: Buffer.from(value), order };
    }
    return undefined;
  }
}
