import type { Redis } from "ioredis";
import type { Clock } from "@cogniverse/sdk";

/**
 * Gives a connection up from which nothing comes though answers are waited for: also one whose other end was cut off without a word, before it
 * was ready or after. ioredis' `socketTimeout` does the same by a timer for each command.
 */
export class Silence {
  readonly #client: Redis;
  readonly #limitMs: number;
  #read = -1;
  #silentMs = 0;

  constructor(client: Redis, limitMs: number, clock: Clock) {
    this.#client = client;
    this.#limitMs = limitMs;
    let greeting: Disposable | undefined;
    const over = (): void => greeting?.[Symbol.dispose]();
    client.on("connect", () => {
      over();
      greeting = clock.after(limitMs, () => this.#giveUp());
    });
    client.on("ready", over).on("close", over);
  }

  /** So much time has passed in which an answer was waited for. */
  passed(ms: number): void {
    const { bytesRead } = this.#client.stream;
    this.#silentMs = bytesRead === this.#read ? this.#silentMs + ms : 0;
    this.#read = bytesRead;
    if (this.#silentMs >= this.#limitMs) this.#giveUp();
  }

  #giveUp(): void {
    this.#silentMs = 0;
    this.#client.stream.destroy(
      new Error(`Socket timeout: nothing came within ${this.#limitMs} ms`),
    );
  }
}
