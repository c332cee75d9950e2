/** The constant of Cormack, Clarke and Büttcher 2009: how little the very first places stand out. */
const K = 60;

/**
 * Reciprocal rank fusion of ranked lists of ids, best first. A score of 1 means first in every list;
 * an id that a list lacks gets nothing from it.
 */
export function fuseRanks(lists: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const best = lists.length / (K + 1);
  const scores = new Map<string, number>();
  for (const list of lists) {
    for (const [place, id] of list.entries()) {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (K + place + 1) / best);
    }
  }
  return scores;
}
