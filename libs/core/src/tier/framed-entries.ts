import {
  isUnreadable,
  type CacheBackend,
  type Call,
  type Clock,
  type Entry,
  type EntryStore,
  type StoredEntry,
  type StoredHead,
  type UnreadableCopy,
  type WriteCondition,
} from "@cogniverse/sdk";
import { decodeFrame, joinFrame } from "@cogniverse/sdk/frame";

/**
 * Makes a tier of a backend that has only the six calls: metadata and bytes go into `put`'s data as one frame, so they stay together whatever
 * the backend does. Conditions are looked at before the write, not with it: a write that loses such a race is dead by its position, not
 * harmful.
 */
export class FramedEntries implements EntryStore {
  readonly #backend: CacheBackend;
  readonly #clock: Clock;

  constructor(backend: CacheBackend, clock: Clock) {
    this.#backend = backend;
    this.#clock = clock;
  }

  async getEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredEntry | UnreadableCopy | undefined> {
    const frame = await this.#backend.get(key, tenantId, call);
    if (frame === undefined) return undefined;
    const decoded = decodeFrame(frame);
    if (decoded.ok) return { ...decoded.entry, etag: etagOf(decoded.entry) };
    // Unlike a foreign or later one it is of no use to anybody. At worst this takes a copy that came in meanwhile.
    if (decoded.cause === "corrupt")
      await this.#backend.delete(key, tenantId, call).catch(() => false);
    return { unreadable: decoded.cause };
  }

  async headEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredHead | UnreadableCopy | undefined> {
    const entry = await this.getEntry(key, tenantId, call);
    return entry === undefined || isUnreadable(entry)
      ? entry
      : { metadata: entry.metadata, etag: entry.etag };
  }

  async putEntry(
    key: string,
    entry: Entry,
    tenantId: string,
    condition?: WriteCondition,
    call?: Call,
  ): Promise<string | undefined> {
    if (condition !== undefined && !(await this.#meets(key, tenantId, condition, call)))
      return undefined;
    const { expiresAt } = entry.metadata;
    // Rounded up: the exact instant is in the frame, and the manager goes by that.
    const ttl =
      expiresAt === null ? null : Math.max(1, Math.ceil((expiresAt - this.#clock.now()) / 1000));
    const stored = await this.#backend.put(
      key,
      joinFrame(entry),
      tenantId,
      entry.metadata.user,
      ttl,
      call,
    );
    return stored ? etagOf(entry) : undefined;
  }

  async deleteEntry(key: string, etag: string, tenantId: string, call?: Call): Promise<boolean> {
    const head = await this.headEntry(key, tenantId, call);
    if (head === undefined || isUnreadable(head) || head.etag !== etag) return false;
    return this.#backend.delete(key, tenantId, call);
  }

  async #meets(
    key: string,
    tenantId: string,
    condition: WriteCondition,
    call?: Call,
  ): Promise<boolean> {
    const head = await this.headEntry(key, tenantId, call);
    const there = head === undefined || isUnreadable(head) ? undefined : head;
    if (condition.if === "absent") return there === undefined;
    if (condition.if === "match") return there?.etag === condition.etag;
    return there === undefined || there.metadata.asOf <= condition.asOf;
  }
}

function etagOf(entry: Entry): string {
  return `${entry.metadata.asOf}-${entry.metadata.createdAt}-${entry.metadata.checksum}`;
}
