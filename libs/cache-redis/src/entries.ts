import {
  CacheError,
  isUnreadable,
  type BatchStore,
  type Call,
  type Clock,
  type Entry,
  type EntryStore,
  type StoredEntry,
  type StoredHead,
  type UnreadableCopy,
  type WriteCondition,
} from "@cogniverse/sdk";
import type { Argument, Connection, Doing } from "./connection.ts";
import { HEAD, PUT, REMOVE } from "./entry-scripts.ts";
import { HeaderMemory } from "./header-memory.ts";
import type { Bucket, Names } from "./names.ts";
import {
  decodeHead,
  decodeValue,
  encodeValue,
  etagOf,
  logMark,
  type EncodedValue,
} from "./value-form.ts";

/** From here on a value goes by its stage: Lua copies what a script is given twice, which then costs more than a second command. */
const STAGED_BYTES = 16_384;
/** How long a staged value lives whose second step never came, in milliseconds. */
const STAGE_MS = 60_000;
/** A life of more milliseconds is for ever: the server counts in signed 64 bits from 1970. */
const LONGEST_LIFE_MS = 1e15;

/** What {@link Entries} needs. */
export interface EntriesParts {
  readonly connection: Connection;
  readonly names: Names;
  readonly clock: Clock;
  readonly maxValueBytes: number;
}

/** Stores and reads entries, each in one round trip. */
export class Entries implements EntryStore, BatchStore {
  readonly #parts: EntriesParts;
  readonly #headers = new HeaderMemory();

  constructor(parts: EntriesParts) {
    this.#parts = parts;
  }

  async getEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredEntry | UnreadableCopy | undefined> {
    const { connection, names } = this.#parts;
    const name = names.bucketOf(key, tenantId).entry(key);
    let value: unknown;
    try {
      value = await connection.send("get", [name], {
        doing: "read an entry",
        signal: call?.signal,
      });
    } catch (error) {
      if (isOtherType(error)) return { unreadable: "foreign" };
      throw error;
    }
    return this.#decoded(value, key, tenantId);
  }

  async headEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredHead | UnreadableCopy | undefined> {
    const { connection, names, clock } = this.#parts;
    const name = names.bucketOf(key, tenantId).entry(key);
    const doing = { doing: "read an entry's metadata", signal: call?.signal };
    return headIn(await connection.run(HEAD, [name], [], doing), clock.now());
  }

  async putEntry(
    key: string,
    entry: Entry,
    tenantId: string,
    condition?: WriteCondition,
    call?: Call,
  ): Promise<string | undefined> {
    const { names, clock, maxValueBytes } = this.#parts;
    if (entry.data.byteLength > maxValueBytes) {
      call?.signal?.throwIfAborted();
      return undefined;
    }
    const value = encodeValue(entry);
    const plan: Plan = {
      key,
      bucket: names.bucketOf(key, tenantId),
      value,
      life: lifeOf(entry.metadata.expiresAt, clock.now()),
      condition: conditionArguments(condition, entry.metadata.logId),
      doing: { doing: "store an entry", signal: call?.signal, carriesBytes: value.bytes },
    };
    const staged = value.bytes >= STAGED_BYTES ? await this.#putStaged(plan) : STAGE_LOST;
    const answer = staged === STAGE_LOST ? await this.#putWhole(plan) : staged;
    return answer === 1 ? value.etag : undefined;
  }

  async deleteEntry(key: string, etag: string, tenantId: string, call?: Call): Promise<boolean> {
    const id = Buffer.from(etag, "hex");
    // What is no etag of ours is nobody's; "" would mean any.
    return this.#remove(key, tenantId, id.byteLength === 8 ? id : Buffer.from("none"), call);
  }

  /** Deletes whatever is there. */
  delete(key: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#remove(key, tenantId, "", call);
  }

  async exists(key: string, tenantId: string, call?: Call): Promise<boolean> {
    const { connection, names } = this.#parts;
    const name = names.bucketOf(key, tenantId).entry(key);
    const doing = { doing: "look for an entry", signal: call?.signal };
    return (await connection.send("exists", [name], doing)) === 1;
  }

  async getEntries(
    keys: readonly string[],
    tenantId: string,
    call?: Call,
  ): Promise<readonly (StoredEntry | UnreadableCopy | CacheError | undefined)[]> {
    const answers: (StoredEntry | UnreadableCopy | CacheError | undefined)[] = keys.map(
      () => undefined,
    );
    call?.signal?.throwIfAborted();
    await Promise.all(
      [...this.#byBucket(keys, tenantId)].map(async ([bucket, places]) => {
        const found = await this.#many(bucket, places, keys, call);
        places.forEach((place, i) => {
          const answer = CacheError.isInstance(found) ? found : found[i];
          const key = keys[place] ?? "";
          answers[place] = CacheError.isInstance(answer)
            ? answer
            : this.#decoded(answer, key, tenantId);
        });
      }),
    );
    return answers;
  }

  #byBucket(keys: readonly string[], tenantId: string): ReadonlyMap<Bucket, readonly number[]> {
    const groups = new Map<Bucket, number[]>();
    keys.forEach((key, place) => {
      const bucket = this.#parts.names.bucketOf(key, tenantId);
      const group = groups.get(bucket);
      if (group === undefined) groups.set(bucket, [place]);
      else group.push(place);
    });
    return groups;
  }

  /** A bucket is of one slot; one that cannot be read spoils its own keys only. */
  async #many(
    bucket: Bucket,
    places: readonly number[],
    keys: readonly string[],
    call: Call | undefined,
  ): Promise<readonly unknown[] | CacheError> {
    const names = places.map((place) => bucket.entry(keys[place] ?? ""));
    const doing = { doing: "read entries", signal: call?.signal };
    try {
      return asList(await this.#parts.connection.send("mget", names, doing));
    } catch (error) {
      if (CacheError.isInstance(error) && error.code !== "closed") return error;
      throw error;
    }
  }

  #decoded(
    value: unknown,
    key: string,
    tenantId: string,
  ): StoredEntry | UnreadableCopy | undefined {
    if (!Buffer.isBuffer(value)) return undefined;
    const answer = decodeValue(value, this.#parts.clock.now(), this.#headers);
    if (isUnreadable(answer) && answer.unreadable === "corrupt")
      // The reader needs no answer to this; where it fails, the next reader does it.
      this.deleteEntry(key, etagOf(value), tenantId).catch(() => undefined);
    return answer;
  }

  async #putWhole({ key, bucket, value, life, condition, doing }: Plan): Promise<unknown> {
    const whole = Buffer.concat(value.parts, value.bytes);
    const keys = [bucket.entry(key), bucket.index];
    return this.#parts.connection.run(PUT, keys, [whole, life, key, ...condition], doing);
  }

  /** {@link STAGE_LOST} where the two steps came apart: an eviction or a slot that moved in between. */
  async #putStaged({ key, bucket, value, life, condition, doing }: Plan): Promise<unknown> {
    const { connection } = this.#parts;
    const stage = bucket.stage(value.etag);
    const keys = [bucket.entry(key), bucket.index, stage];
    const commit = (): Promise<unknown> =>
      connection.run(PUT, keys, ["", life, key, ...condition], doing);
    return connection.setThenRun(stage, value.parts, STAGE_MS, commit, doing);
  }

  async #remove(
    key: string,
    tenantId: string,
    writeId: Argument,
    call: Call | undefined,
  ): Promise<boolean> {
    const { connection, names } = this.#parts;
    const bucket = names.bucketOf(key, tenantId);
    const doing = { doing: "delete an entry", signal: call?.signal };
    const keys = [bucket.entry(key), bucket.index];
    return (await connection.run(REMOVE, keys, [key, writeId], doing)) === 1;
  }
}

const STAGE_LOST = -1;

type Plan = Readonly<{
  key: string;
  bucket: Bucket;
  value: EncodedValue;
  life: string;
  condition: readonly Argument[];
  doing: Doing;
}>;

/** What a script answered of a head. */
export function headIn(answer: unknown, nowMs: number): StoredHead | UnreadableCopy | undefined {
  if (answer === null || answer === undefined) return undefined;
  const [header, trailer, bytes] = asList(answer);
  if (!Buffer.isBuffer(header) || !Buffer.isBuffer(trailer)) return { unreadable: "foreign" };
  return decodeHead(header, trailer, Number(bytes), nowMs);
}

/** An answer that is a list, or an empty one. */
export function asList(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [];
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

function isOtherType(error: unknown): boolean {
  return CacheError.isInstance(error) && error.message.includes("WRONGTYPE");
}
