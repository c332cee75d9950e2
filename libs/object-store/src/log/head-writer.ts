import type { BackendContext, Call, LogHead } from "@cogniverse/sdk";
import { pauseBefore } from "../pause.ts";
import {
  composeBatch,
  looksBeyondTail,
  type Answer,
  type Batch,
  type Wanted,
  type WantedChange,
} from "./batch.ts";
import { batchOf, nextHead, type HeadDocument } from "./head-document.ts";
import { HeadPace } from "./head-pace.ts";
import type { LatestHead } from "./latest-head.ts";
import type { LogFolder } from "./log-folder.ts";
import { isFinal, refusedHead, unknownOutcome } from "./log-errors.ts";
import type { KnownHead, LogObjects, SnapshotDocument } from "./log-objects.ts";

/** Characters of a replacement's id: 48 random bits or more. */
const BATCH_ID_LENGTH = 13;
/** Times that the same replacement is sent while nothing tells whether it arrived. */
const MOST_SENDINGS = 4;

/** One caller in the queue. */
type Member = {
  readonly wanted: Wanted;
  readonly resolve: (head: LogHead | undefined) => void;
  readonly reject: (error: unknown) => void;
  waits: boolean;
};

/** What {@link HeadWriter} needs. */
export interface HeadWriterOptions {
  readonly objects: LogObjects;
  readonly latest: LatestHead;
  readonly folder: LogFolder;
  readonly context: BackendContext;
  /** Milliseconds that two replacements by this writer begin apart at least; those who come meanwhile go together. */
  readonly intervalMs: number;
  /** Told of each head that this writer put in place, and the one before it. */
  readonly replaced: (head: HeadDocument, before: HeadDocument) => void;
}

/**
 * Replaces the head, one request at a time, each for all that wait by then. The service takes a replacement only over the very head that it was made
 * from, and no head is ever the same bytes as another. So of all requests made from one head at most one lands, in whatever order and
 * however late they arrive: once the head is another, none of the rest can; as long as it is the same, sending the same bytes again is safe.
 */
export class HeadWriter {
  readonly #options: HeadWriterOptions;
  readonly #queue: Member[] = [];
  readonly #pace: HeadPace;
  #draining: Promise<void> | undefined;
  /** Who waits for the requests that are under way, and what ends those when nobody does. */
  #landing: Readonly<{ members: Member[]; left: AbortController }> | undefined;

  constructor(options: HeadWriterOptions) {
    this.#options = options;
    this.#pace = new HeadPace(options.context, options.intervalMs);
  }

  /**
   * Resolves once what is wanted is in the head. Records: with their last position, see `InvalidationLog.append`; an edit: see
   * `InvalidationLog.changeShortCut`; `renew`: a head that has this node's D and what the folder made ready.
   */
  join(wanted: WantedChange, signal?: AbortSignal): Promise<LogHead>;
  join(wanted: Wanted, signal?: AbortSignal): Promise<LogHead | undefined>;
  join(wanted: Wanted, signal?: AbortSignal): Promise<LogHead | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<LogHead | undefined>();
    const member: Member = { wanted, resolve, reject, waits: true };
    const abort = (): void => {
      member.waits = false;
      reject(signal?.reason);
      if (this.#landing?.members.every(({ waits }) => !waits) === true)
        this.#landing.left.abort(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#queue.push(member);
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
    return promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Resolves when nobody waits any more. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    // All who call in this turn go together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const members: Member[] = [];
      const left = new AbortController();
      this.#landing = { members, left };
      try {
        await this.#land(members, left);
      } catch (error) {
        for (const member of members) member.reject(error);
      } finally {
        this.#landing = undefined;
      }
    }
  }

  /** Brings all that wait into the head; who comes while others were refused joins them. */
  async #land(members: Member[], call: Call): Promise<void> {
    const { latest } = this.#options;
    for (let refusals = 0; ; refusals++) {
      if (refusals > 0) this.#pace.refused(refusals);
      // Those who leave while nobody is in `members` yet are sorted out after it.
      const isOld = await this.#pace.due(call.signal);
      members.push(...this.#queue.splice(0));
      const waiting = members.filter((member) => member.waits);
      if (waiting.length === 0) return;
      const known = (isOld ? undefined : latest.known) ?? (await latest.read(call));
      if (!(await this.#hasRoom(known, call))) continue;
      const snapshot = await this.#snapshotFor(known, waiting, call);
      if (snapshot === "gone") continue;
      const wanted = waiting.map((member) => member.wanted);
      const batch = composeBatch(known.head, wanted, snapshot);
      const next = this.#next(known.head, batch, waiting);
      const landed =
        next === undefined
          ? await this.#stands(known, call)
          : await this.#replace(known, next, call);
      if (!landed) continue;
      waiting.forEach((member, i) => answer(member, batch.answers[i], next ?? known.head));
      return;
    }
  }

  /** Waits for a fold where the head holds far too much. `false`: the head is another by now. */
  async #hasRoom(known: KnownHead, call: Call): Promise<boolean> {
    const { folder } = this.#options;
    if (!folder.isUrgent(known.head)) return true;
    try {
      return await folder.fold(known.head);
    } catch (error) {
      if (await this.#stands(known, call)) throw error;
      return false;
    }
  }

  /** `undefined`: the head is as all that wait want it. */
  #next(
    head: HeadDocument,
    { added, shortCut }: Batch,
    waiting: readonly Member[],
  ): HeadDocument | undefined {
    const { folder, context, latest } = this.#options;
    const renews = waiting.some(({ wanted }) => wanted.type === "renew");
    if (added.length === 0 && shortCut === undefined && !renews) return undefined;
    const { snapshot, records } = folder.folded(head) ?? head;
    const last = added.at(-1);
    // It is compared with what another writer put at the same revision only, and a head holds many.
    return nextHead(head, context.random.id().slice(0, BATCH_ID_LENGTH), {
      position: last?.position ?? head.position,
      leaseMs: Math.max(head.leaseMs, latest.leaseMs),
      shortCut: shortCut ?? head.shortCut,
      snapshot,
      records: [...records, ...added],
    });
  }

  /** Whether the head is still this one: what was decided by it alone holds only then. */
  async #stands(known: KnownHead, call: Call): Promise<boolean> {
    return (await this.#options.latest.read(call)).etag === known.etag;
  }

  /**
   * Whether `next` took the place of `known`. A refusal tells as little as a lost answer: the client may have sent the request twice, and the first of
   * them may be what the second met. The head tells, by the id of the replacement that followed `known`.
   */
  async #replace(known: KnownHead, next: HeadDocument, call: Call): Promise<boolean> {
    const { context, latest, replaced } = this.#options;
    for (let sendings = 1; ; sendings++) {
      const sent = await this.#send(known, next, call);
      if (typeof sent === "string") {
        latest.saw({ etag: sent, head: next });
        this.#pace.landed();
      } else {
        const now = await latest.readAfter(known, call);
        if (now === undefined) return false;
        if (now.etag === known.etag) {
          if (sendings >= MOST_SENDINGS || isFinal(sent.error)) throw sent.error;
          // It may still be under way, so it is these bytes again and no others.
          await pauseBefore(sendings, context, call.signal);
          continue;
        }
        const batch = batchOf(now.head, next.revision);
        if (batch === undefined) throw unknownOutcome(context.tier);
        if (batch !== next.batches.at(-1)) return false;
      }
      replaced(next, known.head);
      return true;
    }
  }

  /** The new etag, or why there is none. */
  async #send(
    known: KnownHead,
    next: HeadDocument,
    call: Call,
  ): Promise<string | Readonly<{ error: unknown }>> {
    const { objects, context } = this.#options;
    this.#pace.sends();
    try {
      const etag = await objects.writeHead(next, known, call);
      return etag ?? { error: refusedHead(context.tier) };
    } catch (error) {
      return { error };
    }
  }

  async #snapshotFor(
    known: KnownHead,
    waiting: readonly Member[],
    call: Call,
  ): Promise<SnapshotDocument | "gone" | undefined> {
    const { snapshot, logId } = known.head;
    if (snapshot === null || !waiting.some(({ wanted }) => looksBeyondTail(known.head, wanted)))
      return undefined;
    const found = await this.#options.objects.readSnapshot(snapshot, logId, call);
    if (found !== undefined) return found;
    if (await this.#stands(known, call)) throw this.#options.objects.missing(snapshot.name);
    return "gone";
  }
}

/** One caller's own error is nobody else's. */
function answer(member: Member, of: Answer | undefined, standing: HeadDocument): void {
  try {
    member.resolve(of?.(standing));
  } catch (error) {
    member.reject(error);
  }
}
