import { START, type EntryMetadata, type Position } from "@cogniverse/sdk";
import type { Mark } from "./mark.ts";

/** What killed a copy. `soft`: no hard record did. */
export interface Kill {
  readonly mode: "hard" | "soft";
  readonly position: Position;
}

/** The parts of an entry's metadata that decide whether it is dead. */
export type Judged = Pick<EntryMetadata, "asOf" | "tags" | "inherited">;

/** Collects the latest records that a copy falls to. */
export class Verdict {
  #hard: Position = START;
  #any: Position = START;

  add(mark: Mark | undefined, asOf: Position, digest?: string): void {
    if (mark === undefined || mark.any <= asOf) return;
    // What was derived from the very content that all later records put in place lives on (rule 19). One that named other content in between
    // killed it, and it stays dead when the content comes back.
    if (digest !== undefined && digest === mark.digest) {
      this.addPosition(mark.other, asOf);
      return;
    }
    if (mark.any > this.#any) this.#any = mark.any;
    if (mark.hard > asOf && mark.hard > this.#hard) this.#hard = mark.hard;
  }

  addPosition(last: Position, asOf: Position): void {
    if (last <= asOf) return;
    if (last > this.#any) this.#any = last;
    if (last > this.#hard) this.#hard = last;
  }

  kill(): Kill | undefined {
    if (this.#any === START) return undefined;
    return this.#hard > START
      ? { mode: "hard", position: this.#hard }
      : { mode: "soft", position: this.#any };
  }
}
