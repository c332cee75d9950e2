import type { Life } from "./turns.ts";

type Call = Readonly<{ text: string; node: Life }>;

/** The calls of a program that have not ended, and what was wrong with those that have. */
export class Calls {
  /** Answers that no order of events allows, errors that nothing explains, calls that never end. */
  readonly wrong: string[] = [];
  readonly #open = new Set<Call>();
  reads = 0;
  /** Reads that were answered out of a tier. */
  hits = 0;

  /** Whether some call may end as things are: those of a paused node may not. */
  get isWaitedFor(): boolean {
    for (const { node } of this.#open) if (!node.isPaused) return true;
    return false;
  }

  /** `mayFail`: whether such an error of such a call is one that users have to expect. */
  track(
    step: Readonly<{ do: string; key?: string }>,
    node: Life,
    running: Promise<unknown>,
    mayFail: (error: unknown) => boolean,
  ): void {
    const call = { text: `${step.do} ${step.key ?? ""}`.trim(), node };
    this.#open.add(call);
    running
      .catch((error: unknown) => {
        if (!node.isDead && !mayFail(error)) this.wrong.push(`${call.text} threw ${String(error)}`);
      })
      .finally(() => this.#open.delete(call));
  }

  answered(isHit: boolean): void {
    this.reads++;
    if (isHit) this.hits++;
  }

  /** Nobody will ever hear of the calls of a node that died. */
  abandon(node: Life): void {
    for (const call of this.#open) if (call.node === node) this.#open.delete(call);
  }

  /** Whatever is open now has hung. */
  hung(): void {
    for (const { text } of this.#open) this.wrong.push(`${text} never ended`);
    this.#open.clear();
  }
}
