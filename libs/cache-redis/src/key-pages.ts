import {
  isUnreadable,
  type Call,
  type Clock,
  type KeyScan,
  type StoredHead,
} from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList, headIn } from "./entries.ts";
import type { Listings } from "./listings.ts";
import type { Bucket, Names } from "./names.ts";
import { lookForHeads, lookForPresence, type PageLook } from "./page-looks.ts";

/** Keys of one bucket that one step asks for. */
const PAGE = 128;
/** The same where it asks for heads, of which a scan holds as many of each bucket: the server does what came together before it answers others. */
const PAGE_OF_HEADS = 16;
/** Above every character of a canonical key. */
const LAST = "\x7f";

type Range = Readonly<{ prefix: string; after: string | undefined; call: Call | undefined }>;
type Row<T> = Readonly<{ key: string; found: T }>;

/** What {@link KeyPages} needs. */
export interface KeyPagesParts {
  readonly connection: Connection;
  readonly names: Names;
  readonly listings: Listings;
  readonly clock: Clock;
}

/** Walks a tenant's keys in the order of their bytes: one sorted range a bucket, read in pages and merged. */
export class KeyPages implements KeyScan {
  readonly #connection: Connection;
  readonly #names: Names;
  readonly #listings: Listings;
  readonly #clock: Clock;

  constructor({ connection, names, listings, clock }: KeyPagesParts) {
    this.#connection = connection;
    this.#names = names;
    this.#listings = listings;
    this.#clock = clock;
  }

  async *scan(
    prefix: string,
    after: string | undefined,
    tenantId: string,
    call?: Call,
  ): AsyncGenerator<StoredHead & { readonly key: string }, void, undefined> {
    await this.#listings.flush(call);
    const range = { prefix, after, call };
    const sources = this.#names
      .buckets(tenantId)
      .map((bucket) => this.#rows(bucket, range, lookForHeads, PAGE_OF_HEADS));
    for await (const { key, found } of merged(sources)) {
      const head = headIn(found, this.#clock.now());
      if (head !== undefined && !isUnreadable(head)) yield { key, ...head };
    }
  }

  /** All keys whose entries are there. */
  async keys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    await this.#listings.flush(call);
    const range = { prefix, after: undefined, call };
    const lists = await Promise.all(
      this.#names.buckets(tenantId).map((bucket) => this.#keysOf(bucket, range)),
    );
    return lists.flat().sort();
  }

  async #keysOf(bucket: Bucket, range: Range): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const { key } of this.#rows(bucket, range, lookForPresence, PAGE)) keys.push(key);
    return keys;
  }

  async *#rows(
    bucket: Bucket,
    { prefix, after, call }: Range,
    look: PageLook,
    most: number,
  ): AsyncGenerator<Row<unknown>, void, undefined> {
    const doing = { doing: "list keys", signal: call?.signal };
    const end = prefix === "" ? "+" : `(${prefix}${LAST}`;
    let start = after !== undefined && after >= prefix ? `(${after}` : `[${prefix}`;
    for (;;) {
      const limit = ["LIMIT", "0", String(most)];
      const range = [bucket.index, start, end, ...limit];
      const page = asList(
        await this.#connection.send("zrangebylex", range, { ...doing, text: true }),
      ).map(String);
      if (page.length === 0) return;
      const found = await look(this.#connection, { bucket, keys: page, doing });
      for (const [at, key] of page.entries())
        if (found[at] !== undefined) yield { key, found: found[at] };
      if (page.length < most) return;
      start = `(${page.at(-1)}`;
    }
  }
}

/** One ascending sequence of several. Each is read on as soon as its last row was taken. */
async function* merged<T>(
  sources: readonly AsyncGenerator<Row<T>, void, undefined>[],
): AsyncGenerator<Row<T>, void, undefined> {
  try {
    const heads = await Promise.all(sources.map((source) => source.next()));
    for (;;) {
      let least = -1;
      let row: Row<T> | undefined;
      for (const [at, head] of heads.entries()) {
        if (head.done === true || (row !== undefined && head.value.key >= row.key)) continue;
        least = at;
        row = head.value;
      }
      const source = sources[least];
      if (row === undefined || source === undefined) return;
      yield row;
      heads[least] = await source.next();
    }
  } finally {
    await Promise.all(sources.map((source) => source.return()));
  }
}
