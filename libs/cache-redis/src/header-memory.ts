import type { EntryMetadata } from "@cogniverse/sdk";

/** Headers kept: about 1 KB each. */
const MOST_HEADERS = 1024;

/** A frame's header, and what was read from it. */
type Known = Readonly<{ header: Buffer; metadata: EntryMetadata }>;

/**
 * Headers that were read and checked before. Hot entries are read again and again, and to parse their metadata each time takes as long as all
 * else that this process does for a read; to see that the bytes are the same ones takes a tenth of it.
 */
export class HeaderMemory {
  readonly #known = new Map<string, Known>();

  /** What was kept under the etag, where `value` begins with the same header. */
  find(etag: string, value: Buffer): Known | undefined {
    const known = this.#known.get(etag);
    if (known === undefined) return undefined;
    const { byteLength } = known.header;
    if (byteLength > value.byteLength) return undefined;
    return known.header.compare(value, 0, byteLength) === 0 ? known : undefined;
  }

  keep(etag: string, header: Buffer, metadata: EntryMetadata): void {
    if (this.#known.size >= MOST_HEADERS) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    // A copy: a view would hold all that came from the socket with it.
    this.#known.set(etag, { header: Buffer.from(header), metadata });
  }
}
