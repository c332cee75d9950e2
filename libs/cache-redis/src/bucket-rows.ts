import type { Call } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { asList } from "./entries.ts";
import type { Bucket } from "./names.ts";
import type { PageLook } from "./page-looks.ts";

/** Above every character of a canonical key. */
const LAST = "\x7f";

/** A key that is there, and what was asked for it. */
export type Row = Readonly<{ key: string; found: unknown }>;

/** Which keys: all that begin so and stand behind `after`. */
export type Range = Readonly<{ prefix: string; after: string | undefined; call: Call | undefined }>;

/** What is asked of so many keys at a time. */
export type Paging = Readonly<{ look: PageLook; most: number }>;

/** The keys of one bucket in the order of their bytes, a page at a time. Rows are taken without a promise each: a tenant has many. */
export class BucketRows {
  readonly #connection: Connection;
  readonly #bucket: Bucket;
  readonly #paging: Paging;
  readonly #end: string;
  readonly #call: Call | undefined;
  /** Where the next page begins; `undefined` = there is none. */
  #start: string | undefined;
  #rows: readonly Row[] = [];
  #at = 0;

  constructor(connection: Connection, bucket: Bucket, range: Range, paging: Paging) {
    const { prefix, after, call } = range;
    this.#connection = connection;
    this.#bucket = bucket;
    this.#paging = paging;
    this.#call = call;
    this.#end = prefix === "" ? "+" : `(${prefix}${LAST}`;
    this.#start = after !== undefined && after >= prefix ? `(${after}` : `[${prefix}`;
  }

  /** `undefined` before {@link fill}, and at the end. */
  get first(): Row | undefined {
    return this.#rows[this.#at];
  }

  /** The first one is done with. */
  skip(): void {
    this.#at++;
  }

  /** Sees to it that there is a first one, unless all are done with. */
  async fill(): Promise<void> {
    while (this.first === undefined && this.#start !== undefined)
      this.#start = await this.#page(this.#start);
  }

  /** Resolves where the next page begins. */
  async #page(start: string): Promise<string | undefined> {
    const doing = { doing: "list keys", signal: this.#call?.signal };
    const { look, most } = this.#paging;
    const range = [this.#bucket.index, start, this.#end, "LIMIT", "0", String(most)];
    const listed = await this.#connection.send("zrangebylex", range, { ...doing, text: true });
    const keys = asList(listed).map(String);
    const answers =
      keys.length === 0 ? [] : await look(this.#connection, { bucket: this.#bucket, keys, doing });
    this.#rows = keys.flatMap((key, at) => {
      const found = answers[at];
      return found === undefined ? [] : [{ key, found }];
    });
    this.#at = 0;
    return keys.length < most ? undefined : `(${keys.at(-1)}`;
  }
}
