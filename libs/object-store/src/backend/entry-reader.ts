import type {
  Bytes,
  Call,
  Clock,
  EntryMetadata,
  StoredEntry,
  StoredHead,
  UnreadableCopy,
} from "@cogniverse/sdk";
import { parseHeaders } from "../headers/object-headers.ts";
import type { ObjectClient, ObjectInfo } from "../object-client.ts";
import type { FoundCopy, RecentCopies } from "./recent-copies.ts";

/** What {@link EntryReader} needs. */
export interface EntryReaderOptions {
  readonly client: ObjectClient;
  readonly recent: RecentCopies;
  readonly clock: Pick<Clock, "now">;
  /** Removes a damaged object in the background, only while it has this etag; without one whatever is there. */
  readonly drop: (name: string, etag: string | undefined) => void;
  /** Told of each object that the service must restore before it can be read. */
  readonly archived: (name: string) => void;
}

/** Reads entries: one request each, and one 404 for a miss. */
export class EntryReader {
  readonly #options: EntryReaderOptions;

  constructor(options: EntryReaderOptions) {
    this.#options = options;
  }

  async entry(name: string, call?: Call): Promise<StoredEntry | UnreadableCopy | undefined> {
    const found = await this.#options.client.read(name, {}, call);
    if (found === undefined || found === "unchanged") return this.#absent(name);
    if (typeof found === "string") return this.#unreadable(name, found);
    const head = this.#judge(name, found.info);
    return "unreadable" in head ? head : { ...head, data: found.data };
  }

  async head(name: string, call?: Call): Promise<StoredHead | UnreadableCopy | undefined> {
    const info = await this.#options.client.head(name, call);
    if (info?.archived === true) return { unreadable: "archived" };
    return info === undefined ? this.#absent(name) : this.#judge(name, info);
  }

  /** What a write would replace, told by one request; nothing is removed. */
  async found(name: string, call?: Call): Promise<FoundCopy | undefined> {
    const info = await this.#options.client.head(name, call);
    if (info === undefined) return undefined;
    const parsed = parseHeaders(info.headers);
    return { etag: info.etag, copy: parsed.ok ? parsed.metadata : parsed.cause };
  }

  async stream(
    name: string,
    range: readonly [from: number, to: number] | undefined,
    call?: Call,
  ): Promise<(StoredHead & { readonly body: AsyncIterable<Bytes> }) | undefined> {
    if (range !== undefined && range[1] <= range[0]) return this.#emptyStream(name, call);
    const found = await this.#options.client.open(name, range, call);
    if (found === undefined) return this.#absent(name);
    if (typeof found === "string") {
      this.#unreadable(name, found);
      return undefined;
    }
    const head = this.#judge(name, found.info);
    if (!("unreadable" in head)) return { ...head, body: found.body };
    await release(found.body);
    return undefined;
  }

  /** The metadata in a listing's headers; `undefined` for what is not to be served. */
  listed(info: Pick<ObjectInfo, "etag" | "headers" | "archived">): StoredHead | undefined {
    const parsed = parseHeaders(info.headers);
    if (!parsed.ok || info.archived === true || this.#isOver(parsed.metadata)) return undefined;
    return { metadata: parsed.metadata, etag: info.etag };
  }

  // HTTP has no range without bytes.
  async #emptyStream(
    name: string,
    call: Call | undefined,
  ): Promise<(StoredHead & { readonly body: AsyncIterable<Bytes> }) | undefined> {
    const head = await this.head(name, call);
    if (head === undefined || "unreadable" in head) return undefined;
    return { ...head, body: (async function* () {})() };
  }

  #absent(name: string): undefined {
    this.#options.recent.forget(name);
    return undefined;
  }

  #unreadable(name: string, cause: "archived" | "corrupt"): UnreadableCopy {
    if (cause === "archived") this.#options.archived(name);
    else this.#options.drop(name, undefined);
    return { unreadable: cause };
  }

  #judge(name: string, { etag, headers }: ObjectInfo): StoredHead | UnreadableCopy {
    const { recent, drop } = this.#options;
    const parsed = parseHeaders(headers);
    if (!parsed.ok) {
      recent.forget(name);
      if (parsed.cause === "corrupt") drop(name, etag);
      return { unreadable: parsed.cause };
    }
    recent.saw(name, etag, parsed.metadata);
    if (this.#isOver(parsed.metadata)) return { unreadable: "expired" };
    return { metadata: parsed.metadata, etag };
  }

  #isOver({ expiresAt }: EntryMetadata): boolean {
    return expiresAt !== null && expiresAt <= this.#options.clock.now();
  }
}

/** Lets go of a body that nobody will read. Its first chunk is read first: an iteration that never began cannot be left. */
async function release(body: AsyncIterable<Bytes>): Promise<void> {
  try {
    for await (const _ of body) break;
  } catch {
    // It is over then, which was the aim.
  }
}
