import type { ShortCut } from "@cogniverse/sdk";

/** After so many D an own declaration that stands in the log is doubted: nodes that run are asked seldom, and a dead one slows no longer than that. */
const DOUBT_AFTER = 3;

/** What is due by what was seen: tables that may be confirmed, and nodes to doubt or to forget. */
export type Due = Readonly<{
  confirm: string | undefined;
  doubt: ReadonlySet<string>;
  forget: ReadonlySet<string>;
}>;

/**
 * Since when, on one node's monotonic clock, the log has said what it says of the table beside it. A look proves what held at that moment only: where
 * two looks lie further apart than D, something else may have held in between, and time counts anew.
 */
export class SeenSince {
  #lookedAt = -Infinity;
  #since = new Map<string, number>();

  /** `at`: monotonic milliseconds, not before the answer came in that says `cut`. `leaseMs`: D. */
  look(cut: ShortCut, at: number, leaseMs: number): Due {
    if (at - this.#lookedAt >= leaseMs) this.#since.clear();
    this.#lookedAt = at;
    const before = this.#since;
    this.#since = new Map(thingsIn(cut).map((thing) => [thing, before.get(thing) ?? at]));
    const lasts = (thing: string, forMs: number): boolean =>
      at - (this.#since.get(thing) ?? at) >= forMs;
    const pick = (leaving: boolean, forMs: number): ReadonlySet<string> =>
      new Set(
        cut.alone
          .filter((node) => node.leaving === leaving && lasts(nodeThing(node), forMs))
          .map(({ session }) => session),
      );
    return {
      confirm: cut.table !== "" && lasts(tableThing(cut), leaseMs) ? cut.table : undefined,
      doubt: pick(false, DOUBT_AFTER * leaseMs),
      forget: pick(true, leaseMs),
    };
  }
}

function thingsIn(cut: ShortCut): readonly string[] {
  return [tableThing(cut), ...cut.alone.map(nodeThing)];
}

function tableThing({ table }: ShortCut): string {
  return `table ${table}`;
}

function nodeThing({ session, leaving }: ShortCut["alone"][number]): string {
  return `${leaving ? "leaving" : "alone"} ${session}`;
}
