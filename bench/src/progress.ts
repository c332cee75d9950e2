/** Where progress goes. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Says what is going on: one line that rewrites itself on a terminal, a line for each contest in a pipe. */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #live: boolean;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
    this.#live = stream.isTTY === true;
  }

  begin(title: string): void {
    this.#stream.write(this.#live ? `\r\u001B[2K${title} ...` : `- ${title}\n`);
  }

  round(title: string, round: number, rounds: number): void {
    if (this.#live) this.#stream.write(`\r\u001B[2K${title}  round ${round + 1} of ${rounds}`);
  }

  /** Takes the live line away, before anything else is printed. */
  clear(): void {
    if (this.#live) this.#stream.write("\r\u001B[2K");
  }
}
