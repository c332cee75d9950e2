/** The constant of Cormack, Clarke and Büttcher 2009: how little the very first places stand out. */
const K = 60;

/** Something in a ranked list; only the order of the scores counts, and that two are equal. */
export type RankedItem = Readonly<{ id: string; score: number }>;

/**
 * Reciprocal rank fusion of lists, each best first. A score of 1 means first in every list; an id that
 * a list lacks gets nothing from it; equal scores share a place.
 */
export function fuseRanks(lists: readonly (readonly RankedItem[])[]): ReadonlyMap<string, number> {
  const best = lists.length / (K + 1);
  const fused = new Map<string, number>();
  for (const list of lists) {
    let place = 0;
    for (const [index, { id, score }] of list.entries()) {
      if (score !== list[index - 1]?.score) place++;
      fused.set(id, (fused.get(id) ?? 0) + 1 / (K + place) / best);
    }
  }
  return fused;
}
