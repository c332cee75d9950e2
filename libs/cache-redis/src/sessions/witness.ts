/** Rows of the table: id, log, position, count. */
const ROW = /([^; ]+) \S+ \d+ (\d+);/g;

/**
 * What one node saw of a table, on its own monotonic clock alone: since when it knows the incarnation, and since when the count of each session has stood
 * where it stands. An instant is that of the end of an answer, so that what the answer says had happened before. All instants in ms.
 */
export class Witness {
  #incarnation = "";
  #knownAt = 0;
  #seen: ReadonlyMap<string, Readonly<{ count: string; at: number }>> = new Map();

  /** An answer named the incarnation. */
  met(incarnation: string, at: number): void {
    if (incarnation === this.#incarnation) return;
    this.#incarnation = incarnation;
    this.#knownAt = at;
  }

  /** An answer gave the rows of the table. */
  saw(rows: string, at: number): void {
    const before = this.#seen;
    const now = new Map<string, Readonly<{ count: string; at: number }>>();
    for (const [, id = "", count = ""] of rows.matchAll(ROW)) {
      const known = before.get(id);
      now.set(id, known?.count === count ? known : { count, at });
    }
    this.#seen = now;
  }

  /** The incarnation, where it has been known for D: who served before it can serve no more, and all others stand in it. */
  knownFor(leaseMs: number, now: number): string {
    return now - this.#knownAt >= leaseMs ? this.#incarnation : "";
  }

  /** Sessions whose count was the same for D, which can serve no more unless it has changed since: ids and counts in turn. */
  silentFor(leaseMs: number, now: number): readonly string[] {
    return [...this.#seen].flatMap(([id, { count, at }]) =>
      now - at >= leaseMs ? [id, count] : [],
    );
  }
}
