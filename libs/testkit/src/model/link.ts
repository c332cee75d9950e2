import { CacheError } from "@cogniverse/sdk";
import type { Life, Turns } from "./turns.ts";

/** How often request and answer are one turn, so that programs stay short. */
const AT_ONCE_SHARE = 0.4;

type Settled = () => void;

/**
 * The way from a node to a server. A call is two turns, one in which the server does it and one in which the node hears of it, each at any time. A cut
 * way loses calls, loses answers, or keeps them until it is healed; what a dead node had sent may still land.
 */
export class Link {
  isCut = false;
  readonly #turns: Turns;
  readonly #owner: Life;
  readonly #kept: (() => void)[] = [];

  constructor(turns: Turns, owner: Life) {
    this.#turns = turns;
    this.#owner = owner;
  }

  /** `serve` runs when the server does it, synchronously as far as it changes anything. */
  call<R>(serve: () => R | Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const settle = (settled: Settled): void => this.#answer(settled);
      const request = (): void => {
        if (this.#owner.isDead && this.#turns.chance(0.5)) return;
        if (this.isCut) return this.#lose(request, () => reject(unreachable()));
        let answer: R | Promise<R>;
        try {
          answer = serve();
        } catch (error) {
          return settle(() => reject(error));
        }
        settle(() =>
          this.isCut
            ? this.#lose(
                () => resolve(answer),
                () => reject(unreachable()),
              )
            : resolve(answer),
        );
      };
      this.#turns.add({ owner: undefined, run: request });
    });
  }

  /** Sends without waiting for an answer; may be lost on a cut way. */
  send(serve: () => void): void {
    this.#turns.add({
      owner: undefined,
      run: () => {
        if (!this.isCut) serve();
      },
    });
  }

  heal(): void {
    this.isCut = false;
    for (const run of this.#kept.splice(0)) this.#turns.add({ owner: undefined, run });
  }

  #answer(settled: Settled): void {
    if (this.#turns.chance(AT_ONCE_SHARE) && !this.#owner.isPaused && !this.#owner.isDead)
      settled();
    else this.#turns.add({ owner: this.#owner, run: settled });
  }

  #lose(later: () => void, fail: Settled): void {
    if (this.#turns.chance(0.5)) this.#kept.push(later);
    else this.#answer(fail);
  }
}

function unreachable(): CacheError {
  return new CacheError("tier_unavailable", "The way to the server is cut", { retryable: true });
}
