import {
  CacheError,
  isUnreadable,
  type BatchStore,
  type Call,
  type Clock,
  type Entry,
  type EntryStore,
  type NamedCopy,
  type StoredEntry,
  type StoredHead,
  type UnreadableCopy,
  type WriteCondition,
} from "@cogniverse/sdk";
import { isReply, type Connection } from "./connection.ts";
import { EntryWrites } from "./entry-writes.ts";
import { HEAD, REMOVE, REMOVE_MANY } from "./entry-scripts.ts";
import { Exchange, type Argument, type Doing } from "./exchange.ts";
import { inParts } from "./in-parts.ts";
import type { Listings } from "./listings.ts";
import type { Bucket, Names } from "./names.ts";
import { Places, type Place } from "./places.ts";
import { decodeHead, decodeValue, decodeWholeHead, etagOf } from "./value-form.ts";

/** Copies that one script deletes: less than a tenth of a millisecond of the server's one thread. */
const MOST_REMOVED = 8;

/** What {@link Entries} needs. */
export interface EntriesParts {
  readonly connection: Connection;
  readonly names: Names;
  readonly listings: Listings;
  readonly clock: Clock;
  readonly maxValueBytes: number;
}

/** Stores and reads entries, each in one round trip; see {@link EntryWrites} for the one exception. */
export class Entries implements EntryStore, BatchStore {
  readonly #parts: EntriesParts;
  readonly #places: Places;
  readonly #writes: EntryWrites;

  constructor(parts: EntriesParts) {
    this.#parts = parts;
    this.#places = new Places(parts.names);
    this.#writes = new EntryWrites(parts);
  }

  getEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredEntry | UnreadableCopy | undefined> {
    const place = this.#places.of(key, tenantId);
    const doing = { doing: "read an entry", signal: call?.signal };
    return this.#parts.connection.ask(
      new Reading(place, doing, (value) => this.#decoded(value, place, tenantId)),
    );
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
    if (entry.data.byteLength > this.#parts.maxValueBytes) {
      call?.signal?.throwIfAborted();
      return undefined;
    }
    return this.#writes.put(this.#places.of(key, tenantId), entry, condition, call);
  }

  async deleteEntry(key: string, etag: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#remove(key, tenantId, writeIdOf(etag), call);
  }

  /**
   * One script for each bucket, and for no more than {@link MOST_REMOVED} copies; one after the other, since a server does all that one client has
   * sent before it answers the next.
   */
  async deleteEntries(
    copies: readonly NamedCopy[],
    tenantId: string,
    call?: Call,
  ): Promise<readonly boolean[]> {
    const answers = copies.map(() => false);
    const keys = copies.map(({ key }) => key);
    const groups = [...this.#byBucket(keys, tenantId)].flatMap(([bucket, places]) =>
      inParts(places, MOST_REMOVED).map((part) => ({ bucket, part })),
    );
    for (const { bucket, part } of groups) {
      const named = part.flatMap((at) => copies[at] ?? []);
      const removed = await this.#removeMany(bucket, named, call);
      part.forEach((at, i) => (answers[at] = removed[i] === 1));
    }
    return answers;
  }

  async #removeMany(
    bucket: Bucket,
    copies: readonly NamedCopy[],
    call: Call | undefined,
  ): Promise<readonly unknown[]> {
    const names = [bucket.index, ...copies.map(({ key }) => bucket.entry(key))];
    const args = copies.flatMap(({ key, etag }) => [key, writeIdOf(etag)]);
    const doing = { doing: "delete entries", signal: call?.signal };
    return asList(await this.#parts.connection.run(REMOVE_MANY, names, args, doing));
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
          answers[place] = CacheError.isInstance(answer)
            ? answer
            : this.#decoded(answer, this.#places.of(keys[place] ?? "", tenantId), tenantId);
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
    place: Place,
    tenantId: string,
  ): StoredEntry | UnreadableCopy | undefined {
    place.present = value !== null;
    if (!Buffer.isBuffer(value)) return undefined;
    const answer = decodeValue(value, this.#parts.clock.now(), place);
    if (isUnreadable(answer) && answer.unreadable === "corrupt")
      // The reader needs no answer to this; where it fails, the next reader does it.
      this.deleteEntry(place.key, etagOf(value), tenantId).catch(() => undefined);
    return answer;
  }

  async #remove(
    key: string,
    tenantId: string,
    writeId: Argument,
    call: Call | undefined,
  ): Promise<boolean> {
    const place = this.#places.of(key, tenantId);
    const doing = { doing: "delete an entry", signal: call?.signal };
    const keys = [place.name, place.bucket.index];
    const removed = await this.#parts.connection.run(REMOVE, keys, [key, writeId], doing);
    place.present &&= removed !== 1;
    return removed === 1;
  }
}

/** What is no etag of ours is nobody's; "" would mean any. */
function writeIdOf(etag: string): Buffer {
  const id = Buffer.from(etag, "hex");
  return id.byteLength === 8 ? id : Buffer.from("none");
}

/** A GET that was put into its form before. */
class Reading extends Exchange<StoredEntry | UnreadableCopy | undefined> {
  readonly #text: string;

  constructor(
    place: Place,
    doing: Doing,
    read: (value: unknown) => StoredEntry | UnreadableCopy | undefined,
  ) {
    super("get", [place.name], doing, { read, instead: foreignCopy });
    this.#text = place.reading;
  }

  override toWritable(): string {
    return this.#text;
  }
}

/** What is no string was not written by this cache. */
function foreignCopy(error: unknown): UnreadableCopy | undefined {
  return isReply(error, "WRONGTYPE") ? { unreadable: "foreign" } : undefined;
}

/** What a script answered of a head. */
export function headIn(answer: unknown, nowMs: number): StoredHead | UnreadableCopy | undefined {
  if (answer === null || answer === undefined) return undefined;
  if (Buffer.isBuffer(answer)) return decodeWholeHead(answer, nowMs);
  const [header, trailer, bytes] = asList(answer);
  if (!Buffer.isBuffer(header) || !Buffer.isBuffer(trailer)) return { unreadable: "foreign" };
  return decodeHead(header, trailer, Number(bytes), nowMs);
}

/** An answer that is a list, or an empty one. */
export function asList(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [];
}
