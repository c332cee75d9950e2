import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { resetSocket } from "./reset-socket.ts";

/** Directions, by where the bytes go. */
export type Direction = "toServer" | "toClient";

type Arrived = Readonly<{ bytes: Buffer; dueAt: number }>;

/** So much is read ahead in each direction of each connection before its sender has to wait. */
const windowBytes = 4 * 1024 * 1024;

const slicesPerSecond = 50;

/** Carries bytes between sockets: at once, late, slowly or not at all. */
export class Pump {
  delayMs = 0;
  bytesPerSecond: number = Number.POSITIVE_INFINITY;
  readonly forwarded: Record<Direction, number> = { toServer: 0, toClient: 0 };
  #healed = Promise.withResolvers<void>();
  #isCut = false;

  /** From now on nothing is carried; what arrives is kept. */
  cut(): void {
    this.#isCut = true;
  }

  /** Carries everything as it comes, first of all what was kept or held back. */
  heal(): void {
    this.delayMs = 0;
    this.bytesPerSecond = Number.POSITIVE_INFINITY;
    this.#isCut = false;
    this.#healed.resolve();
    this.#healed = Promise.withResolvers<void>();
  }

  /** Carries all bytes from one socket to the other, then its end. A reset passes on as a reset. */
  forward(from: Socket, to: Socket, direction: Direction): void {
    const arrived: Arrived[] = [];
    let arrivedBytes = 0;
    let carrying = Promise.resolve();
    const carryNext = async (): Promise<void> => {
      const next = arrived.shift();
      if (next === undefined) return;
      await this.#carry(next, to, direction);
      arrivedBytes -= next.bytes.length;
      if (arrivedBytes < windowBytes) from.resume();
    };
    from.on("data", (bytes: Buffer) => {
      arrived.push({ bytes, dueAt: performance.now() + this.delayMs });
      arrivedBytes += bytes.length;
      if (arrivedBytes >= windowBytes) from.pause();
      carrying = carrying.then(carryNext);
    });
    from.once("end", () => void carrying.then(() => this.#passOn(() => to.end())));
    from.once("error", () => void this.#passOn(() => resetSocket(to)));
    from.resume();
  }

  async #carry({ bytes, dueAt }: Arrived, to: Socket, direction: Direction): Promise<void> {
    await this.#sleep(dueAt - performance.now());
    for (let offset = 0; offset < bytes.length && !to.destroyed;) {
      const sliceBytes = Math.max(1, Math.floor(this.bytesPerSecond / slicesPerSecond));
      const slice = bytes.subarray(offset, offset + sliceBytes);
      if (sliceBytes < bytes.length) {
        await this.#sleep((slice.length / this.bytesPerSecond) * 1000);
      }
      await this.#passOn(() => write(slice, to));
      this.forwarded[direction] += slice.length;
      offset += slice.length;
    }
  }

  async #passOn(step: () => unknown): Promise<void> {
    while (this.#isCut) await this.#healed.promise;
    await step();
  }

  /** Until the time is over or all is healed. */
  async #sleep(ms: number): Promise<void> {
    if (ms <= 0) return;
    const woken = new AbortController();
    const { signal } = woken;
    const slept = delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([slept, this.#healed.promise]);
    woken.abort();
  }
}

/** Fulfils when the receiver has room for more, or is gone. */
async function write(slice: Buffer, to: Socket): Promise<void> {
  if (to.destroyed || to.write(slice)) return;
  const gone = new AbortController();
  const { signal } = gone;
  await Promise.race([once(to, "drain", { signal }), once(to, "close", { signal })]).catch(
    () => undefined,
  );
  gone.abort();
}
