/** Removals that nobody waits for, because the server may be gone. What they cannot remove, lifecycle rules do. */
export class CleanUps {
  readonly #running = new Set<Promise<void>>();

  /** Runs it in the background; its failure changes nothing. */
  add(removal: () => Promise<unknown>): void {
    const one: Promise<void> = removal()
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#running.delete(one));
    this.#running.add(one);
  }

  /** Resolves when none is running. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
