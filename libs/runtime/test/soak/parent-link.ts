import {
  monotonicMs,
  type FromSoakNode,
  type SoakDone,
  type SoakWrite,
  type ToSoakNode,
} from "./soak-words.ts";

/** So often what is over is told. */
const TELL_MS = 25;

/** What a node says to the process that started it: what it calls, and what came of it. */
export class ParentLink {
  readonly #epoch: number;
  readonly #open = new Map<number, Readonly<{ began: number; text: string }>>();
  readonly #answers = new Map<number, (version: number) => void>();
  #done: SoakDone[] = [];
  #count = 0;

  constructor(epoch: number, onStop: () => void) {
    this.#epoch = epoch;
    process.on("message", (message) => {
      // Only SoakNode sends, and only this.
      const said = message as ToSoakNode;
      if ("stop" in said) return onStop();
      this.#answers.get(said.answer)?.(said.version);
      this.#answers.delete(said.answer);
    });
    setInterval(() => this.flush(), TELL_MS).unref();
  }

  /** In ms since the epoch of all nodes. */
  now(): number {
    return monotonicMs() - this.#epoch;
  }

  /** Runs a call and tells what `run` makes of it. Resolves when it is over. */
  async call(text: string, run: (began: number) => Promise<SoakDone | undefined>): Promise<void> {
    const id = ++this.#count;
    const began = this.now();
    this.#open.set(id, { began, text });
    try {
      const done = await run(began);
      if (done !== undefined) this.#done.push(done);
    } finally {
      this.#open.delete(id);
    }
  }

  /** The version that a source has now. */
  source(tenant: string, key: string): Promise<number> {
    const ask = ++this.#count;
    return this.#answer(ask, { ask, source: { tenant, key } });
  }

  /** Says that a write begins. `id`: by which its end is told; `version`: what its source became by it. */
  async write(write: SoakWrite): Promise<Readonly<{ id: number; version: number }>> {
    const ask = ++this.#count;
    return { id: ask, version: await this.#answer(ask, { ask, write }) };
  }

  tell(said: FromSoakNode): void {
    if (process.connected) process.send?.(said, undefined, undefined, () => undefined);
  }

  flush(): void {
    const calls = this.#done;
    this.#done = [];
    const [oldest] = this.#open.values();
    this.tell({ calls, openSince: oldest?.began ?? this.now(), open: oldest?.text ?? "" });
  }

  #answer(ask: number, said: FromSoakNode): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#answers.set(ask, resolve);
    this.tell(said);
    return promise;
  }
}
