import type { Bucket, Names } from "./names.ts";
import type { KnownHeader } from "./value-form.ts";

/** Places of one generation: a place holds about 2 KB with the header of its copy. */
const MOST_PLACES = 1024;

/** Where an entry is, and what this process knows of it. */
export class Place {
  readonly key: string;
  readonly bucket: Bucket;
  readonly name: string;
  /** The GET of it as it goes over the wire. */
  readonly reading: string;
  /** The header of the copy that was read last. */
  known: KnownHeader | undefined = undefined;
  /** A copy was there when this process last heard of it: what to try first, never a fact. */
  present = false;

  constructor(key: string, bucket: Bucket) {
    this.key = key;
    this.bucket = bucket;
    this.name = bucket.entry(key);
    this.reading = `*2\r\n$3\r\nget\r\n$${Buffer.byteLength(this.name)}\r\n${this.name}\r\n`;
  }
}

/**
 * The places of entries that were used lately, at most twice {@link MOST_PLACES}. Hot entries are read again and again, and to make their names
 * and parse their metadata each time takes as long as all else that this process does for a read.
 * Two generations: what is not used while one fills up is forgotten with the other.
 */
export class Places {
  readonly #names: Names;
  #young = new Map<string, Place>();
  #old = new Map<string, Place>();

  constructor(names: Names) {
    this.#names = names;
  }

  of(key: string, tenantId: string): Place {
    // A tenant holds no space.
    const id = `${tenantId} ${key}`;
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const place = this.#old.get(id) ?? new Place(key, this.#names.bucketOf(key, tenantId));
    if (this.#young.size >= MOST_PLACES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, place);
    return place;
  }
}
