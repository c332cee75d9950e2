/** Index keys of a tenant, and so the slots of a cluster that it is spread over. Part of the layout: another number finds no old entry. */
export const BUCKETS = 16;

/** Where one tenant's entries of one bucket are. Everything in it has one hash tag, so that a script may touch it in a cluster. */
export class Bucket {
  /** The sorted set of the keys that are here; may hold some that have expired. */
  readonly index: string;
  readonly #start: string;
  readonly #stage: string;

  /** `prefix` stands before every name and holds no brace. */
  constructor(prefix: string, tenantId: string, bucket: number) {
    // A bucket is one hexadecimal digit and a tenant holds no brace, so no two pairs of them have one tag.
    const tag = `${prefix}cog:{${tenantId}:${bucket.toString(16)}}`;
    this.#start = `${tag}:`;
    this.#stage = `${tag}+`;
    this.index = `${tag}#`;
  }

  /** Where the entry of a key is. */
  entry(key: string): string {
    return this.#start + key;
  }

  /** Where a large value waits for the step that makes it visible. */
  stage(writeId: string): string {
    return this.#stage + writeId;
  }
}

/** Tenants whose names are kept at hand. */
const MOST_TENANTS = 1024;

/** The names of everything that this tier stores. Injective: no two (tenant, key) have one name. */
export class Names {
  readonly prefix: string;
  readonly #tenants = new Map<string, readonly Bucket[]>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  bucketOf(key: string, tenantId: string): Bucket {
    const bucket = this.buckets(tenantId)[bucketNumber(key)];
    if (bucket === undefined) throw new RangeError(`No bucket for ${key}`);
    return bucket;
  }

  /** All of a tenant's, in order of their numbers. */
  buckets(tenantId: string): readonly Bucket[] {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    if (this.#tenants.size >= MOST_TENANTS) this.#tenants.clear();
    const made = Array.from({ length: BUCKETS }, (_, n) => new Bucket(this.prefix, tenantId, n));
    this.#tenants.set(tenantId, made);
    return made;
  }

  /** The hash that decides, and the streams of the last records and the last acknowledgements. One hash tag, which no tenant has. */
  get log(): Readonly<{ state: string; tail: string; acks: string }> {
    const tag = `${this.prefix}cog:{log}:`;
    return { state: `${tag}state`, tail: `${tag}tail`, acks: `${tag}acks` };
  }

  /** The table of sessions for a log that stands elsewhere: its hash, and the streams of announcements and of acknowledgements. */
  get sessions(): Readonly<{ state: string; news: string; acks: string }> {
    const tag = `${this.prefix}cog:{sessions}:`;
    return { state: `${tag}state`, news: `${tag}news`, acks: `${tag}acks` };
  }
}

/** FNV-1a over the characters of a canonical key, which are ASCII; the high bits take part. */
function bucketNumber(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}
