import { createWriteStream, mkdtempSync, rmSync, type WriteStream } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** All that was told, a line of JSON each, in a file that is kept only where somebody wants to look into it. */
export class HistoryFile {
  readonly path: string;
  readonly #folder: string;
  readonly #stream: WriteStream;

  constructor(name: string) {
    this.#folder = mkdtempSync(join(tmpdir(), "cogniverse-soak-history-"));
    this.path = join(this.#folder, `${name}.jsonl`);
    this.#stream = createWriteStream(this.path);
  }

  add(told: Readonly<Record<string, unknown>>): void {
    this.#stream.write(`${JSON.stringify(told)}\n`);
  }

  /** Resolves when all is in the file; or, unless it is kept, when it is gone. */
  async end({ keep }: { readonly keep: boolean }): Promise<void> {
    this.#stream.end();
    await once(this.#stream, "close");
    if (!keep) rmSync(this.#folder, { recursive: true });
  }
}
