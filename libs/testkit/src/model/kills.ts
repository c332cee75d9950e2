/** A place in the log, as far as it is known: positions compare only within one log. */
export type Placed = Readonly<{ logId: string; position: number }> | undefined;

/** An acknowledged call that killed. `from`: spares this version of the key and later ones, which it put in place itself. */
export interface Kill {
  readonly by: string;
  readonly began: number;
  readonly acked: number;
  readonly placed: Placed;
  readonly from: number;
}

/** Without those, acknowledged before that moment, of which another one that was too kills all that they kill. */
export function withoutOutdone(kills: readonly Kill[], before: number): Kill[] {
  const open: Kill[] = [];
  const kept: Kill[] = [];
  // Later ones mostly outdo earlier ones.
  for (const kill of kills.toReversed()) {
    if (kill.acked >= before) open.push(kill);
    else if (!kept.some((other) => outdoes(other, kill))) kept.push(kill);
  }
  return [...kept, ...open].toReversed();
}

function outdoes(one: Kill, other: Kill): boolean {
  if (one.began < other.began || one.from < other.from) return false;
  const { placed } = other;
  if (placed === undefined) return true;
  return one.placed?.logId === placed.logId && one.placed.position >= placed.position;
}
