import { randomUUID } from "node:crypto";
import type { Clock, Entry, WriteCondition } from "@cogniverse/sdk";
import { encodeFrame } from "@cogniverse/sdk/frame";
import { blockBytes, type Need } from "./capacity.ts";
import { rowCharge, type EntryIndex, type Found, type NewRow } from "./entry-index.ts";
import type { Evictions } from "./evictions.ts";
import type { Graveyard } from "./graveyard.ts";
import type { PendingFiles } from "./pending-files.ts";
import type { Room } from "./room.ts";
import type { Sieve } from "./sieve.ts";
import type { ValueFiles } from "./value-files.ts";
import { admits } from "./write-condition.ts";
import type { WriteQueue } from "./write-queue.ts";

/** Rounds of evicting and unlinking that one write goes through while others take what it made free. */
const MOST_ROUNDS = 16;
/** Copies that one transaction removes at most: as long as its flush takes, so that a thousand of them flush four times. */
const COPIES_AT_A_TIME = 256;

/** What a writer works with. */
export interface WriterParts {
  readonly index: EntryIndex;
  readonly pending: PendingFiles;
  readonly files: ValueFiles;
  readonly room: Room;
  readonly graveyard: Graveyard;
  readonly evictions: Evictions;
  readonly sieve: Sieve;
  readonly writes: WriteQueue;
  readonly clock: Clock;
  readonly inlineMaxBytes: number;
}

interface Plan {
  readonly key: Buffer;
  readonly row: NewRow;
  readonly logId: string;
  readonly condition: WriteCondition | undefined;
  readonly parts: readonly Uint8Array[];
}

/** What one transaction did. All that it took out of the index is to be cleared away after the commit. */
type Outcome = Readonly<{
  state: "done" | "unmet" | "wait" | "refused";
  replaced?: Found | undefined;
  evicted?: readonly Found[];
  expired?: readonly Found[];
}>;

/** Stores and deletes entries. A value is visible whole, or not at all. */
export class EntryWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** The new etag; `undefined` = the condition was not met, or there is no room. */
  async put(
    key: Buffer,
    entry: Entry,
    condition: WriteCondition | undefined,
  ): Promise<string | undefined> {
    const [header, payload] = encodeFrame(entry);
    const row: NewRow = {
      // Not the context's random source: two processes must never agree on one.
      id: randomUUID().replaceAll("-", ""),
      header,
      payload: payload.byteLength <= this.#parts.inlineMaxBytes ? payload : undefined,
      payloadBytes: payload.byteLength,
      expiresAt: entry.metadata.expiresAt ?? Infinity,
      asOf: entry.metadata.asOf,
    };
    const { logId } = entry.metadata;
    const plan: Plan = { key, row, logId, condition, parts: [header, payload] };
    return row.payload === undefined ? this.#putFile(plan) : this.#putInline(plan);
  }

  /** Removes the entry if `wanted` says so. Resolves with what was removed. */
  async remove(key: Buffer, wanted: (found: Found) => boolean): Promise<Found | undefined> {
    const { index, room, writes, graveyard } = this.#parts;
    const removed = await writes.run(() => {
      const found = index.find(key);
      if (found === undefined || !wanted(found)) return undefined;
      room.drop(found);
      return found;
    });
    if (removed?.head.inFile === true) void graveyard.dig([{ id: removed.head.id }]);
    return removed;
  }

  /** Removes those that are there under these ids, in transactions of their own. Resolves for each, in order, whether it was. */
  async removeCopies(
    copies: readonly Readonly<{ key: Buffer; id: string }>[],
  ): Promise<readonly boolean[]> {
    const answers: boolean[] = [];
    for (let at = 0; at < copies.length; at += COPIES_AT_A_TIME)
      answers.push(...(await this.#removeTogether(copies.slice(at, at + COPIES_AT_A_TIME))));
    return answers;
  }

  async #removeTogether(
    copies: readonly Readonly<{ key: Buffer; id: string }>[],
  ): Promise<readonly boolean[]> {
    const { index, room, writes, graveyard } = this.#parts;
    const removed = await writes.run(() =>
      copies.map(({ key, id }) => {
        const found = index.find(key);
        if (found?.head.id !== id) return undefined;
        room.drop(found);
        return found.head;
      }),
    );
    void graveyard.dig(removed.flatMap((head) => (head?.inFile === true ? [{ id: head.id }] : [])));
    return removed.map((head) => head !== undefined);
  }

  async #putInline(plan: Plan): Promise<string | undefined> {
    const need = { indexBytes: rowCharge(plan.key, plan.row), fileBytes: 0 };
    const stored = await this.#admitted(plan, need, () => this.#replace(plan));
    return stored ? plan.row.id : undefined;
  }

  async #putFile(plan: Plan): Promise<string | undefined> {
    const { files, graveyard, pending } = this.#parts;
    const need = fileNeed(plan);
    const reserved = await this.#admitted(plan, need, () => {
      pending.reserve(plan.row.id, need.indexBytes + need.fileBytes);
      return undefined;
    });
    if (!reserved) return undefined;
    try {
      await files.write(plan.row.id, plan.parts);
    } catch (error) {
      await graveyard.dig([{ id: plan.row.id }]);
      throw error;
    }
    return (await this.#commitFile(plan, need)) ? plan.row.id : undefined;
  }

  async #commitFile(plan: Plan, need: Need): Promise<boolean> {
    const { index, pending, writes } = this.#parts;
    const outcome = await writes.run((): Outcome => {
      // Its space may have been given up by somebody who took this process for gone.
      if (!pending.settle(plan.row.id)) return { state: "unmet" };
      index.change({ fileBytes: need.fileBytes });
      // The condition is decided here, in the step that makes the value visible; before, it only spared a useless write.
      if (this.#met(plan)) return { state: "done", replaced: this.#replace(plan) };
      pending.bury(plan.row.id, need.fileBytes);
      return { state: "unmet" };
    });
    this.#clearAway(outcome);
    if (outcome.state === "unmet") void this.#parts.graveyard.dig([{ id: plan.row.id }]);
    return outcome.state === "done";
  }

  /** Does `store` in a transaction in which the condition is met and there is room, unlinking what had to be evicted in between. */
  async #admitted(plan: Plan, need: Need, store: () => Found | undefined): Promise<boolean> {
    const { writes, graveyard, room } = this.#parts;
    try {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const outcome = await writes.run(
          () => this.#admit(plan, need, store),
          plan.row.payload?.byteLength,
        );
        this.#clearAway(outcome);
        if (outcome.state !== "wait") return outcome.state === "done";
        await graveyard.settled();
      }
      return false;
    } finally {
      room.leave(plan.row.id);
    }
  }

  #admit(plan: Plan, need: Need, store: () => Found | undefined): Outcome {
    const { room, clock } = this.#parts;
    if (!this.#met(plan)) return { state: "unmet" };
    const { id } = plan.row;
    const grant = room.make({ id, need, replacing: plan.key, now: clock.now() });
    const { state, evicted, expired } = grant;
    if (state !== "granted") return { state, evicted, expired };
    return { state: "done", replaced: store(), evicted, expired };
  }

  #replace(plan: Plan): Found | undefined {
    const { index, room, sieve } = this.#parts;
    const old = index.find(plan.key);
    if (old !== undefined) {
      room.drop(old);
      sieve.visit(old.head.order);
    }
    index.insert(plan.key, plan.row, old?.head.order);
    return old;
  }

  #met(plan: Plan): boolean {
    const { index, clock } = this.#parts;
    const found = index.find(plan.key);
    const live = found === undefined || found.head.expiresAt <= clock.now() ? undefined : found;
    return admits(live, plan.logId, plan.condition);
  }

  /** After the commit: tells of evictions, and has the files of whatever left the index unlinked. */
  #clearAway({ replaced, evicted = [], expired = [] }: Outcome): void {
    const { evictions, graveyard } = this.#parts;
    const told = evicted.map((found) => ({ found, held: evictions.tell(found) }));
    const gone = [...expired, ...(replaced === undefined ? [] : [replaced])];
    const graves = [...told, ...gone.map((found) => ({ found, held: undefined }))];
    void graveyard.dig(
      graves
        .filter(({ found }) => found.head.inFile)
        .map(({ found, held }) => ({ id: found.head.id, held })),
    );
  }
}

function fileNeed({ key, row }: Plan): Need {
  const frameBytes = row.header.byteLength + row.payloadBytes;
  return { indexBytes: rowCharge(key, row), fileBytes: blockBytes(frameBytes) };
}
