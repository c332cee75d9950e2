import type {
  Clock,
  Entry,
  EntryMetadata,
  StoredEntry,
  StoredHead,
  UnreadableCopy,
} from "@cogniverse/sdk";
import { decodeFrame, decodeFrameHeader } from "@cogniverse/sdk/frame";
import type { EntryIndex, Found } from "./entry-index.ts";
import type { Environment } from "./environment.ts";
import { recordFrame } from "./index-record.ts";
import type { Sieve } from "./sieve.ts";
import type { ValueFiles } from "./value-files.ts";

/** Times that a value may be replaced under a reader before it gives up; each needs another writer to finish in between. */
const MOST_TRIES = 8;

/** Copies whose metadata is kept parsed; about 1 KB each. */
const MOST_KNOWN = 2048;

/** What was found, and which copy it was where that copy is damaged and has to go. */
export type Answer<T> = Readonly<{ answer: T | UnreadableCopy | undefined; damaged?: Found }>;

const EXPIRED: UnreadableCopy = { unreadable: "expired" };
const CORRUPT: UnreadableCopy = { unreadable: "corrupt" };
const UNSUPPORTED: UnreadableCopy = { unreadable: "unsupported" };

/** Reads entries: always the index first, in a snapshot begun after the call, and then the file that it names. */
export class EntryReader {
  readonly #environment: Environment;
  readonly #index: EntryIndex;
  readonly #files: ValueFiles;
  readonly #sieve: Sieve;
  readonly #clock: Clock;
  readonly #known = new Map<string, EntryMetadata>();

  constructor(
    environment: Environment,
    index: EntryIndex,
    files: ValueFiles,
    sieve: Sieve,
    clock: Clock,
  ) {
    this.#environment = environment;
    this.#index = index;
    this.#files = files;
    this.#sieve = sieve;
    this.#clock = clock;
  }

  /** The row of an unexpired entry. */
  live(key: Buffer): Found | undefined {
    this.#environment.refresh();
    const found = this.#index.find(key);
    return found === undefined || found.head.expiresAt <= this.#clock.now() ? undefined : found;
  }

  head(key: Buffer): Answer<StoredHead> {
    this.#environment.refresh();
    const found = this.#index.find(key);
    if (found === undefined) return { answer: undefined };
    if (found.head.expiresAt <= this.#clock.now()) return { answer: EXPIRED };
    const header = decodeFrameHeader(recordFrame(found.record));
    if (header.ok) return { answer: { metadata: header.metadata, etag: found.head.id } };
    return refused(header.cause, found);
  }

  /** Answers at once where the value is in the index. */
  entry(key: Buffer): Answer<StoredEntry> | Promise<Answer<StoredEntry>> {
    this.#environment.refresh();
    const found = this.#index.find(key);
    if (found === undefined) return { answer: undefined };
    if (found.head.expiresAt <= this.#clock.now()) return { answer: EXPIRED };
    this.#sieve.visit(found.head.order);
    return found.head.inFile
      ? this.#fromFile(key, found)
      : this.#decoded(recordFrame(found.record), found);
  }

  /** The entry of a row that may have left the index. */
  async load(found: Found): Promise<Entry | undefined> {
    const { answer } = found.head.inFile
      ? await this.#readFile(found)
      : this.#decoded(recordFrame(found.record), found);
    return answer !== undefined && "data" in answer ? answer : undefined;
  }

  async #fromFile(key: Buffer, first: Found): Promise<Answer<StoredEntry>> {
    let found = first;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const read = await this.#readFile(found);
      if (read !== GONE) return read;
      // Writers commit the new row before they unlink the old file. So a missing file means a newer row, or none; the
      // same row once more means that the file was lost.
      this.#environment.refresh();
      const again = this.#index.find(key);
      if (again === undefined) return { answer: undefined };
      if (again.head.id === found.head.id) return { answer: CORRUPT, damaged: found };
      if (again.head.expiresAt <= this.#clock.now()) return { answer: EXPIRED };
      if (!again.head.inFile) return this.#decoded(recordFrame(again.record), again);
      found = again;
    }
    return { answer: undefined };
  }

  async #readFile(found: Found): Promise<Answer<StoredEntry>> {
    const { id, headerBytes, payloadBytes } = found.head;
    const frame = await this.#files.read(id, headerBytes + payloadBytes);
    if (frame === undefined) return GONE;
    // The row has the header too, checked by its own sum: a file that begins otherwise is not the one that was written.
    const header = recordFrame(found.record);
    if (frame === "resized" || Buffer.compare(frame.subarray(0, headerBytes), header) !== 0)
      return { answer: CORRUPT, damaged: found };
    return this.#decoded(frame, found);
  }

  /** `frame`: whole. What one id names never changes, so its metadata needs to be parsed and checked only once. */
  #decoded(frame: Uint8Array, found: Found): Answer<StoredEntry> {
    const { id, headerBytes, payloadBytes } = found.head;
    const known = this.#known.get(id);
    if (known !== undefined && frame.byteLength === headerBytes + payloadBytes)
      return { answer: { data: frame.subarray(headerBytes), metadata: known, etag: id } };
    const frameOf = decodeFrame(frame);
    if (!frameOf.ok) return refused(frameOf.cause, found);
    const { data, metadata } = frameOf.entry;
    this.#remember(id, metadata);
    return { answer: { data, metadata, etag: id } };
  }

  #remember(id: string, metadata: EntryMetadata): void {
    if (this.#known.size >= MOST_KNOWN) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.set(id, metadata);
  }
}

/** No such file. Compared by identity. */
const GONE: Answer<StoredEntry> = { answer: undefined };

function refused(cause: "foreign" | "unsupported" | "corrupt", found: Found): Answer<never> {
  // Only this package writes into its directory, so a frame without our mark is a damaged one.
  if (cause === "unsupported") return { answer: UNSUPPORTED };
  return { answer: CORRUPT, damaged: found };
}
