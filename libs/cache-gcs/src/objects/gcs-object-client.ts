import type {
  ListedObject,
  ObjectClient,
  ObjectHeaders,
  ObjectInfo,
  ObjectWrite,
  OpenObject,
  ReadObject,
  UnreadableObject,
} from "@cogniverse/object-store";
import type { Bytes, Call, Random } from "@cogniverse/sdk";
import { deleteBatches } from "./batch-delete.ts";
import { parseAnswer } from "../transport/refusal.ts";
import type { GcsSession } from "./gcs-session.ts";
import {
  asGeneration,
  factsInResource,
  OBJECT_FIELDS,
  type ObjectResource,
} from "./object-facts.ts";
import { ObjectReader } from "./object-reader.ts";
import { ObjectWriter, type WriteOptions } from "./object-writer.ts";
import { StreamUpload } from "./stream-upload.ts";

/** What the client needs beside its session. `uploadPrefix`: for bodies whose headers come last. */
export type GcsClientOptions = WriteOptions & Readonly<{ random: Random; uploadPrefix: string }>;

/** Custom metadata of one object, names and values together. */
const METADATA_LIMIT_BYTES = 8 * 1024;
const PAGE_ITEMS = 1000;

/** One bucket of Google Cloud Storage. */
export class GcsObjectClient implements ObjectClient {
  readonly metadataLimitBytes: number = METADATA_LIMIT_BYTES;
  readonly #session: GcsSession;
  readonly #random: Random;
  readonly #reader: ObjectReader;
  readonly #writer: ObjectWriter;
  readonly #uploads: StreamUpload;

  constructor(session: GcsSession, options: GcsClientOptions) {
    this.#session = session;
    this.#random = options.random;
    this.#reader = new ObjectReader(session);
    this.#writer = new ObjectWriter(session, options);
    this.#uploads = new StreamUpload(session, this.#writer, {
      ...options,
      deleteObject: (name) => this.delete(name),
    });
  }

  /** With `unless`, what changed takes a second request: the XML API has no condition on the generation. */
  async read(
    name: string,
    options: { readonly unless?: string | undefined } = {},
    call: Call = {},
  ): Promise<ReadObject | UnreadableObject | "unchanged" | undefined> {
    const { unless } = options;
    if (unless !== undefined && (await this.#reader.isUnchanged(name, unless, call)))
      return "unchanged";
    return this.#reader.read(name, call);
  }

  head(name: string, call: Call = {}): Promise<ObjectInfo | undefined> {
    return this.#reader.head(name, call);
  }

  open(
    name: string,
    range?: readonly [from: number, to: number],
    call: Call = {},
  ): Promise<OpenObject | UnreadableObject | undefined> {
    return this.#reader.open(name, range, call);
  }

  write(
    name: string,
    data: Bytes,
    write: ObjectWrite,
    call: Call = {},
  ): Promise<string | undefined> {
    return this.#writer.write(name, data, write, call);
  }

  upload(
    name: string,
    body: AsyncIterable<Bytes>,
    headers: () => ObjectHeaders,
    options: { readonly storageClass?: string | undefined } = {},
    call: Call = {},
  ): Promise<string> {
    return this.#uploads.upload(name, body, headers, options.storageClass, call);
  }

  async delete(name: string, etag?: string, { signal }: Call = {}): Promise<boolean> {
    const doing = this.#session.doing("delete", name);
    const generation = etag === undefined ? undefined : asGeneration(etag);
    // Emulators heed only `generation`. In a bucket that keeps versions it takes the named one, so that none is left behind.
    const path = this.#session.paths.metadata(name, { ifGenerationMatch: generation, generation });
    const repeatable = etag === undefined ? "always" : "refused";
    return this.#session.retrying(repeatable, signal, async (number) => {
      const answer = await this.#session.transport.exchange(
        { method: "DELETE", path },
        doing,
        signal,
      );
      if (answer.status === 412) return false;
      if (answer.status === 404) {
        await this.#session.checkBucket(parseAnswer(answer), doing, signal);
        // A repeated deletion may find what the first attempt left: nothing.
        return number > 0;
      }
      this.#session.check(answer, doing);
      return true;
    });
  }

  deleteMany(names: readonly string[], call: Call = {}): Promise<void> {
    return deleteBatches(this.#session, names, this.#random, call);
  }

  async *list(
    prefix: string,
    options: { readonly after?: string | undefined } = {},
    { signal }: Call = {},
  ): AsyncIterable<readonly ListedObject[]> {
    const { after } = options;
    let pageToken: string | undefined;
    do {
      const page = await this.#page(prefix, after, pageToken, signal);
      const lines = (page.items ?? []).filter(({ name }) => name !== after).map(factsInResource);
      if (lines.length > 0) yield lines;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.transport[Symbol.dispose]();
  }

  #page(
    prefix: string,
    after: string | undefined,
    pageToken: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Page> {
    const doing = this.#session.doing("list", prefix);
    const path = this.#session.paths.list({
      prefix,
      startOffset: after,
      pageToken,
      maxResults: String(PAGE_ITEMS),
      fields: `items(${OBJECT_FIELDS}),nextPageToken`,
    });
    return this.#session.retrying("always", signal, async () => {
      const answer = await this.#session.transport.exchange({ method: "GET", path }, doing, signal);
      return this.#session.json(answer, doing) as Page;
    });
  }
}

type Page = Readonly<{ items?: readonly ObjectResource[]; nextPageToken?: string }>;
