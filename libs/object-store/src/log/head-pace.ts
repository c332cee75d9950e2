import type { BackendContext } from "@cogniverse/sdk";
import { pause } from "../pause.ts";

/** What a request is taken to last at least, in milliseconds. */
const SHORTEST_MS = 5;
/** Longest random pause after a refusal, in milliseconds. */
const LONGEST_MS = 1000;
/** How long a refusal tells that others write too, in milliseconds. */
const CROWDED_MS = 1000;
/** A writer among others leaves the time of so many requests after its own replacement, and up to as much again: others read and write in it. */
const GAP = 3;
/** A writer that had no rest for so long takes one, in milliseconds, for those from whom the service is further away than from it. */
const BUSY_MS = 1000;
const REST_MS = 100;
/** A refused one tries again within twice, four times... at most so many requests' time. */
const MOST = 8;

/**
 * When a writer sends its next replacement of the head. One that succeeds knows the next head at once, while those who were refused have to read it
 * first: it would win for ever. So whoever met others lately leaves a gap after each of its own replacements, in which those who wait come in, and more
 * appends gather; and whoever meets nobody rests now and then, since those who always lose cannot be seen. All by this process' monotonic clock.
 */
export class HeadPace {
  readonly #context: Pick<BackendContext, "clock" | "random">;
  readonly #intervalMs: number;
  #sentAt = -Infinity;
  #landedAt = -Infinity;
  #restedAt = -Infinity;
  #dueAt = -Infinity;
  #crowdedUntil = -Infinity;
  #requestMs = SHORTEST_MS;

  /** `intervalMs`: that two replacements by this writer begin apart at least. */
  constructor(context: Pick<BackendContext, "clock" | "random">, intervalMs: number) {
    this.#context = context;
    this.#intervalMs = intervalMs;
  }

  /** Resolves when the next replacement may be sent: whether others are likely to have replaced the head meanwhile. Rejects with the signal's reason. */
  async due(signal?: AbortSignal): Promise<boolean> {
    const { clock } = this.#context;
    const delayMs = this.#dueAt - clock.monotonic();
    if (delayMs <= 0) return false;
    await pause(delayMs, clock, signal);
    return clock.monotonic() < this.#crowdedUntil;
  }

  /** A replacement is sent now. */
  sends(): void {
    this.#sentAt = this.#context.clock.monotonic();
    if (this.#sentAt - this.#landedAt >= REST_MS) this.#restedAt = this.#sentAt;
    this.#waitUntil(this.#sentAt + this.#intervalMs);
  }

  /** It took its place. */
  landed(): void {
    const now = this.#context.clock.monotonic();
    // One that took long for once is not the measure.
    this.#requestMs = Math.max(SHORTEST_MS, Math.min(now - this.#sentAt, 2 * this.#requestMs));
    this.#landedAt = now;
    if (now - this.#restedAt >= BUSY_MS) {
      this.#restedAt = now + REST_MS;
      this.#waitUntil(this.#restedAt);
    }
    const gapMs = Math.min(LONGEST_MS, GAP * this.#requestMs);
    if (now < this.#crowdedUntil) this.#waitUntil(now + gapMs + this.#random(gapMs));
  }

  /** Somebody else's did, `times` in succession. The first time the next one is sent at once: the head was read just now. */
  refused(times: number): void {
    const now = this.#context.clock.monotonic();
    this.#crowdedUntil = now + CROWDED_MS;
    if (times < 2) return;
    this.#waitUntil(now + this.#random(this.#requestMs * Math.min(MOST, 2 ** (times - 1))));
  }

  #random(ms: number): number {
    return this.#context.random.next() * Math.min(LONGEST_MS, ms);
  }

  #waitUntil(at: number): void {
    this.#dueAt = Math.max(this.#dueAt, at);
  }
}
