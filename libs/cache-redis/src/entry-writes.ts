import {
  CacheError,
  type Call,
  type Clock,
  type Entry,
  type WriteCondition,
} from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { PUT } from "./entry-scripts.ts";
import type { Argument, Doing } from "./exchange.ts";
import type { Listings } from "./listings.ts";
import type { Place } from "./places.ts";
import { SetParts } from "./set-parts.ts";
import { encodeValue, logMark, type EncodedValue } from "./value-form.ts";

/** From here on a value goes to a script by a stage: Lua copies what it is given twice, which then costs more than a second command. */
const STAGED_BYTES = 16_384;
/** From here on to send a value twice, where a copy was there after all, costs more than to let the script look at once. */
const SENT_ONCE_BYTES = 1_048_576;
/** How long a staged value lives whose second step never came, in milliseconds. */
const STAGE_MS = "60000";
/** A life of more milliseconds is for ever: the server counts in signed 64 bits from 1970. */
const LONGEST_LIFE_MS = 1e15;

const STAGE_LOST = -1;

type Parts = Readonly<{ connection: Connection; listings: Listings; clock: Clock }>;

type Plan = Readonly<{
  place: Place;
  value: EncodedValue;
  life: string;
  condition: readonly Argument[];
  doing: Doing;
}>;

/**
 * Writes. A plain SET where no copy has to be looked at: without a condition, or (NX) where nothing is there, as when a miss is filled. Only a
 * copy that is there is compared, by a script, in one step with the write. Where this process has heard of the copy, the script is asked at
 * once; else `SET NX` finds it, and the value goes a second time.
 */
export class EntryWrites {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  put(
    place: Place,
    entry: Entry,
    condition: WriteCondition | undefined,
    call: Call | undefined,
  ): Promise<string | undefined> {
    this.#parts.listings.checkRoom();
    const value = encodeValue(entry);
    const plan: Plan = {
      place,
      value,
      life: lifeOf(entry.metadata.expiresAt, this.#parts.clock.now()),
      condition: conditionArguments(condition, entry.metadata.logId),
      doing: { doing: "store an entry", signal: call?.signal, carriesBytes: value.bytes },
    };
    if (plan.life === "0") return this.#compared(plan);
    if (condition === undefined) return this.#set(plan, false);
    if (condition.if === "absent") return this.#set(plan, true);
    if (condition.if === "match" || place.present || value.bytes >= SENT_ONCE_BYTES)
      return this.#compared(plan);
    // Between the two steps the copy may change or go: the script looks anew.
    return this.#set(plan, true, () => this.#compared(plan));
  }

  #set(
    plan: Plan,
    onlyAbsent: boolean,
    otherwise?: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const { place, value, life, doing } = plan;
    const setting = { name: place.name, parts: value.parts, life, onlyAbsent };
    return this.#parts.connection.ask(
      new SetParts<string | undefined>(setting, doing, {
        read: (reply) => {
          place.present = true;
          return reply === null ? otherwise?.() : this.#stored(plan);
        },
        instead: (error) => this.#maybeStored(plan, error),
      }),
    );
  }

  async #compared(plan: Plan): Promise<string | undefined> {
    const { place, value, life } = plan;
    place.present = life !== "0";
    try {
      const staged =
        life !== "0" && value.bytes >= STAGED_BYTES ? await this.#staged(plan) : STAGE_LOST;
      const answer = staged === STAGE_LOST ? await this.#whole(plan) : staged;
      return answer === 1 ? this.#stored(plan) : undefined;
    } catch (error) {
      this.#maybeStored(plan, error);
      throw error;
    }
  }

  #stored({ place, value, life }: Plan): string {
    if (life !== "0") this.#parts.listings.add(place.bucket, place.key);
    return value.etag;
  }

  /** Nobody knows of a write whose answer did not come: to list what is not there does no harm. */
  #maybeStored({ place, doing }: Plan, error: unknown): undefined {
    const refused = CacheError.isInstance(error)
      ? error.code !== "timeout" && error.code !== "tier_unavailable"
      : doing.signal?.aborted !== true;
    if (!refused) this.#parts.listings.add(place.bucket, place.key);
  }

  #whole({ place, value, life, condition, doing }: Plan): Promise<unknown> {
    const whole = life === "0" ? "" : Buffer.concat(value.parts, value.bytes);
    return this.#parts.connection.run(PUT, [place.name], [whole, life, ...condition], doing);
  }

  /**
   * The value under a name of its own and the script behind it on the same connection, in one round trip. {@link STAGE_LOST} where the two
   * came apart: an eviction or a slot that moved in between.
   */
  async #staged({ place, value, life, condition, doing }: Plan): Promise<unknown> {
    const { connection } = this.#parts;
    const stage = place.bucket.stage(value.etag);
    const setting = { name: stage, parts: value.parts, life: STAGE_MS, onlyAbsent: false };
    // Both are awaited: neither may be rejected with nobody listening.
    const [set, done] = await Promise.allSettled([
      connection.ask(new SetParts(setting, doing)),
      connection.run(PUT, [place.name, stage], ["", life, ...condition], doing),
    ]);
    if (set.status === "rejected") throw set.reason;
    if (done.status === "rejected") throw done.reason;
    return done.value;
  }
}

function lifeOf(expiresAt: number | null, nowMs: number): string {
  if (expiresAt === null || expiresAt - nowMs > LONGEST_LIFE_MS) return "";
  return String(Math.max(0, Math.ceil(expiresAt - nowMs)));
}

function conditionArguments(
  condition: WriteCondition | undefined,
  logId: string,
): readonly Argument[] {
  if (condition === undefined) return ["", "", ""];
  if (condition.if === "absent") return ["absent", "", ""];
  if (condition.if === "match") return ["match", Buffer.from(condition.etag, "hex"), ""];
  return ["not-newer", String(condition.asOf), logMark(logId)];
}
