import type { LogNews } from "@cogniverse/sdk";
import type { Life, Turns } from "./turns.ts";
import type { Link } from "./link.ts";

type Wake = (news?: LogNews) => void;

interface Reader {
  readonly session: string;
  readonly life: Life;
  readonly link: Link;
  readonly wake: Wake;
}

/** Carries announcements between nodes: in any order, and where it is lossy not at all, twice, or without the news. */
export class Newsroom {
  readonly #turns: Turns;
  readonly #isLossy: boolean;
  readonly #readers = new Set<Reader>();
  readonly #nodes = new Map<string, Readonly<{ life: Life; link: Link }>>();

  constructor(turns: Turns, isLossy: boolean) {
    this.#turns = turns;
    this.#isLossy = isLossy;
  }

  join(session: string, life: Life, link: Link): void {
    this.#nodes.set(session, { life, link });
  }

  subscribe(session: string, wake: Wake): Disposable {
    const node = this.#nodes.get(session);
    if (node === undefined) return { [Symbol.dispose]: () => undefined };
    const reader = { session, ...node, wake };
    this.#readers.add(reader);
    return { [Symbol.dispose]: () => void this.#readers.delete(reader) };
  }

  publish(from: string, news: LogNews): void {
    if (this.#nodes.get(from)?.link.isCut === true) return;
    for (const reader of this.#readers) {
      if (reader.session === from) continue;
      const copies = this.#isLossy ? Math.floor(this.#turns.random.next() * 3) : 1;
      for (let i = 0; i < copies; i++) this.#deliver(reader, news);
    }
  }

  #deliver(reader: Reader, news: LogNews): void {
    const told = this.#isLossy && this.#turns.chance(0.2) ? undefined : news;
    this.#turns.add({
      owner: reader.life,
      run: () => {
        if (!reader.link.isCut && this.#readers.has(reader)) reader.wake(told);
      },
    });
  }
}
