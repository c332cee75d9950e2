import type { BackendContext, Call } from "@cogniverse/sdk";
import { pauseBefore } from "../pause.ts";
import { batchOf, newHead, type HeadDocument } from "./head-document.ts";
import { isFinal } from "./log-errors.ts";
import type { KnownHead, LogObjects } from "./log-objects.ts";

/** Times that a new log is tried to be made. */
const MOST_TRIES = 4;

const GONE = "The invalidation log is gone. A new one begins, and every copy is dead";
const RESTORED =
  "The head of the invalidation log was replaced by an older copy. A new log begins, and every copy is dead: " +
  "the old one would give positions a second time";

/**
 * What this process knows of the head, and the only one to look at it. It makes the log where there is none, and a new one where the head is older than
 * what was seen of it: such a head would give positions again that are stamped on copies already.
 */
export class LatestHead {
  readonly #objects: LogObjects;
  readonly #context: BackendContext;
  #known: KnownHead | undefined;
  /** The last one seen, also while nothing is known. */
  #seen: HeadDocument | undefined;
  /** Logs that another took the place of. None of them may come back: it lacks what the others were told. */
  readonly #left = new Set<string>();
  #hadLog = false;
  #leaseMs: number;

  /** `leaseMs`: D of this node in milliseconds. */
  constructor(objects: LogObjects, context: BackendContext, leaseMs: number) {
    this.#objects = objects;
    this.#context = context;
    this.#leaseMs = leaseMs;
  }

  /** What may still be the head; `undefined`: it is to be read. */
  get known(): KnownHead | undefined {
    return this.#known;
  }

  /** The greatest D that was ever seen, in this log or one before it. */
  get leaseMs(): number {
    return this.#leaseMs;
  }

  /** Takes note of a head that stood. */
  saw(known: KnownHead): void {
    const { head } = known;
    const before = this.#seen;
    this.#hadLog = true;
    this.#leaseMs = Math.max(this.#leaseMs, head.leaseMs);
    // An answer that was under way for long tells of an older one, or of a log that was left meanwhile.
    if (before?.logId === head.logId && before.revision > head.revision) return;
    if (this.#left.has(head.logId)) return;
    if (before !== undefined && before.logId !== head.logId) this.#left.add(before.logId);
    this.#known = known;
    this.#seen = head;
  }

  /** The head now. */
  async read(call?: Call): Promise<KnownHead> {
    for (let tries = 1; ; tries++) {
      const seen = this.#seen;
      const found = await this.#objects.readHead(this.#known, call);
      if (found !== undefined && this.#isOvertaken(found.head, seen)) continue;
      if (found !== undefined && this.#follows(found.head, seen)) {
        this.saw(found);
        return found;
      }
      await this.#begin(tries, found, call);
    }
  }

  /** The head now, where `known` was to be replaced and nothing tells whether it was; `undefined` where it is no later one of that log. */
  async readAfter(known: KnownHead, call: Call): Promise<KnownHead | undefined> {
    this.#known = undefined;
    const seen = this.#seen;
    const now = await this.#objects.readHead(known, call);
    if (now?.head.logId !== known.head.logId || this.#isOvertaken(now.head, seen)) return undefined;
    if (!this.#follows(now.head, seen)) return undefined;
    this.saw(now);
    return now;
  }

  /** `restored`: what stands where the log was, to be replaced. */
  async #begin(tries: number, restored: KnownHead | undefined, call?: Call): Promise<void> {
    const { tier, logger, random } = this.#context;
    if (this.#hadLog) logger.error(restored === undefined ? GONE : RESTORED, { tier });
    this.#hadLog = false;
    this.#known = undefined;
    try {
      await this.#objects.writeHead(newHead(random.id(), this.#leaseMs), restored, call);
    } catch (error) {
      // Whoever made it, this request or another's, the next look finds it.
      if (tries >= MOST_TRIES || isFinal(error)) throw error;
      await pauseBefore(tries, this.#context, call?.signal);
    }
  }

  /** Another log began since `seen`, while this answer was under way. */
  #isOvertaken({ logId }: HeadDocument, seen: HeadDocument | undefined): boolean {
    return this.#seen?.logId !== seen?.logId && this.#seen?.logId !== logId;
  }

  /**
   * Whether a head that was read after `seen` was known can have come of it. It cannot where a log is back that was left, and where one has fewer replacements behind
   * it, or others: somebody has put an old one in its place. What was replaced more often since than a head remembers is taken on trust.
   */
  #follows(head: HeadDocument, seen: HeadDocument | undefined): boolean {
    if (this.#left.has(head.logId)) return false;
    if (seen?.logId !== head.logId) return true;
    if (head.revision < seen.revision) return false;
    const batch = batchOf(head, seen.revision);
    return batch === undefined || batch === seen.batches.at(-1);
  }
}
