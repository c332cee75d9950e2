import { START, type Position } from "@cogniverse/sdk";

/**
 * The latest record on anything below a prefix, and the latest one on anything else below it. The second is for an entry that lives below a
 * prefix it was itself derived from: its own records speak of its own copies, not of its sources.
 */
export class Below {
  #scope = "";
  #first: Position = START;
  #second: Position = START;

  raise(scope: string, position: Position): void {
    if (scope === this.#scope) {
      if (position > this.#first) this.#first = position;
    } else if (position > this.#first) {
      this.#second = this.#first;
      this.#first = position;
      this.#scope = scope;
    } else if (position > this.#second) this.#second = position;
  }

  /** The latest of all. */
  get last(): Position {
    return this.#first;
  }

  /** The latest record that is not one on `path` itself. */
  lastBeside(path: string): Position {
    return this.#scope === path ? this.#second : this.#first;
  }
}
