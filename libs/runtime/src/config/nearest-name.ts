import { distance } from "fastest-levenshtein";

/** Half of the letters wrong: good enough to ask "did you mean". */
const TO_SUGGEST = 1 / 2;
/** A third: good enough to take the name for a slip. */
export const SLIP: number = 1 / 3;

/** The valid name that `name` was most likely meant to be; `undefined` where more than `tolerance` of its letters would be wrong. */
export function nearestName(
  name: string,
  valid: Iterable<string>,
  tolerance: number = TO_SUGGEST,
): string | undefined {
  const wanted = plain(name);
  let best: string | undefined;
  let bestDistance = Math.floor(Math.max(wanted.length, 3) * tolerance) + 1;
  for (const candidate of valid) {
    const found = slips(wanted, plain(candidate));
    if (found >= bestDistance) continue;
    best = candidate;
    bestDistance = found;
  }
  return best;
}

/** Letters in another order are one slip of the hand, however many of them moved. */
function slips(wanted: string, candidate: string): number {
  const edits = distance(wanted, candidate);
  return edits > 1 && inOrder(wanted) === inOrder(candidate) ? 1 : edits;
}

function inOrder(word: string): string {
  return word.split("").toSorted().join("");
}

/** `maxSizeGB` and `max-size-gb` are both `max_size_gb` misspelt. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_\s-]/g, "");
}
