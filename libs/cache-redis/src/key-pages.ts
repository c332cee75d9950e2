import {
  isUnreadable,
  type Call,
  type Clock,
  type KeyScan,
  type StoredHead,
} from "@cogniverse/sdk";
import { BucketRows, type Paging, type Range } from "./bucket-rows.ts";
import type { Connection } from "./connection.ts";
import { headIn } from "./entries.ts";
import type { Listings } from "./listings.ts";
import type { Names } from "./names.ts";
import { lookForHeads, lookForPresence } from "./page-looks.ts";

const PRESENCE: Paging = { look: lookForPresence, most: 128 };
/** A scan holds as many of each bucket; and the server does what came together before it answers others. */
const HEADS: Paging = { look: lookForHeads, most: 32 };

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
    const buckets = this.#rows(tenantId, { prefix, after, call }, HEADS);
    await Promise.all(buckets.map((bucket) => bucket.fill()));
    for (;;) {
      const bucket = leastOf(buckets);
      const row = bucket?.first;
      if (bucket === undefined || row === undefined) return;
      const head = headIn(row.found, this.#clock.now());
      if (head !== undefined && !isUnreadable(head)) yield { key: row.key, ...head };
      bucket.skip();
      if (bucket.first === undefined) await bucket.fill();
    }
  }

  /** All keys whose entries are there. */
  async keys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    await this.#listings.flush(call);
    const buckets = this.#rows(tenantId, { prefix, after: undefined, call }, PRESENCE);
    return (await Promise.all(buckets.map(allKeys))).flat().sort();
  }

  #rows(tenantId: string, range: Range, paging: Paging): readonly BucketRows[] {
    return this.#names
      .buckets(tenantId)
      .map((bucket) => new BucketRows(this.#connection, bucket, range, paging));
  }
}

async function allKeys(bucket: BucketRows): Promise<readonly string[]> {
  const keys: string[] = [];
  for (await bucket.fill(); bucket.first !== undefined; await bucket.fill())
    for (; bucket.first !== undefined; bucket.skip()) keys.push(bucket.first.key);
  return keys;
}

/** The one whose first key stands before all others'. */
function leastOf(buckets: readonly BucketRows[]): BucketRows | undefined {
  let least: BucketRows | undefined;
  for (const bucket of buckets) {
    const key = bucket.first?.key;
    if (key !== undefined && (least?.first === undefined || key < least.first.key)) least = bucket;
  }
  return least;
}
