import {
  CacheError,
  type BackendContext,
  type Call,
  type LogRecord,
  type Position,
} from "@cogniverse/sdk";
import type { ObjectLayout } from "../layout.ts";
import type { ObjectClient, ObjectHeaders } from "../object-client.ts";
import {
  formatHead,
  LOG_VERSION,
  parseHead,
  parseDocument,
  type HeadDocument,
  type SnapshotRef,
} from "./head-document.ts";
import { isLogRecord, isObject } from "./log-record-form.ts";

/** A head as it was read or written, and the etag under which it can be replaced. */
export type KnownHead = Readonly<{ etag: string; head: HeadDocument }>;

/** What a snapshot object holds: a summary of the log up to `position`. */
export type SnapshotDocument = Readonly<{
  logId: string;
  position: Position;
  records: readonly LogRecord[];
}>;

const JSON_HEADERS: ObjectHeaders = { contentType: "application/json", metadata: {} };

/** The objects of the log: one request a call, and a damaged one is an error, never a guess. */
export class LogObjects {
  readonly #client: ObjectClient;
  readonly #layout: ObjectLayout;
  readonly #tier: string;

  constructor(client: ObjectClient, layout: ObjectLayout, { tier }: Pick<BackendContext, "tier">) {
    this.#client = client;
    this.#layout = layout;
    this.#tier = tier;
  }

  /** The head now; `known` itself where it is still that one; `undefined` where there is none. */
  async readHead(known: KnownHead | undefined, call?: Call): Promise<KnownHead | undefined> {
    const name = this.#layout.logHead;
    const found = await this.#client.read(name, { unless: known?.etag }, call);
    if (found === undefined) return undefined;
    if (found === "unchanged" && known !== undefined) return known;
    if (typeof found === "string") throw this.#damaged(name, `it is ${found}`);
    const head = parseHead(found.data);
    if (head === "corrupt") throw this.#damaged(name, "its content is no head of a log");
    if (head === "unsupported") throw this.#newer(name);
    return { etag: found.info.etag, head };
  }

  /** Replaces `known`, or makes the first head. The new etag; `undefined`: refused, see `ObjectClient.write`. */
  async writeHead(
    head: HeadDocument,
    known: KnownHead | undefined,
    call?: Call,
  ): Promise<string | undefined> {
    const condition =
      known === undefined
        ? ({ if: "absent" } as const)
        : ({ if: "match", etag: known.etag } as const);
    const write = { headers: JSON_HEADERS, condition };
    return this.#client.write(this.#layout.logHead, formatHead(head), write, call);
  }

  /** The snapshot; `undefined` where it is not there any more. */
  async readSnapshot(
    { name, position }: SnapshotRef,
    logId: string,
    call?: Call,
  ): Promise<SnapshotDocument | undefined> {
    const found = await this.#client.read(name, {}, call);
    if (found === undefined) return undefined;
    if (typeof found === "string") throw this.#damaged(name, `it is ${found}`);
    const value = parseDocument(found.data);
    if (!isObject(value)) throw this.#damaged(name, "its content is no snapshot of a log");
    if (Number.isSafeInteger(value["version"]) && value["version"] !== LOG_VERSION)
      throw this.#newer(name);
    const { records } = value;
    if (value["logId"] !== logId || value["position"] !== position || !isRecords(records))
      throw this.#damaged(name, "its content is not the snapshot that the head names");
    return { logId, position, records };
  }

  /** Writes a snapshot under a name that none had before. */
  async writeSnapshot(
    snapshot: SnapshotDocument,
    generation: number,
    id: string,
    call?: Call,
  ): Promise<SnapshotRef> {
    const place = `${snapshot.logId}/${String(generation).padStart(10, "0")}-${id}.json`;
    const name = `${this.#layout.logSnapshots}${place}`;
    const data = new TextEncoder().encode(JSON.stringify({ version: LOG_VERSION, ...snapshot }));
    // Whatever an earlier try of this same request has left is the same bytes.
    await this.#client.write(name, data, { headers: JSON_HEADERS }, call);
    return { name, position: snapshot.position, generation };
  }

  #damaged(name: string, why: string): CacheError {
    return new CacheError(
      "tier_unavailable",
      `The invalidation log of tier "${this.#tier}" is damaged: ${name}: ${why}. Nothing is served from before it. ` +
        "Restore that object's last version; or delete the head object, which begins a new log and makes every copy dead",
    );
  }

  /** For a snapshot that the head names and that is gone. */
  missing(name: string): CacheError {
    return this.#damaged(name, "the head names it and it is not there");
  }

  #newer(name: string): CacheError {
    return new CacheError(
      "tier_unavailable",
      `The invalidation log of tier "${this.#tier}" was written by a later release (${name}): update this one`,
    );
  }
}

function isRecords(value: unknown): value is readonly LogRecord[] {
  return Array.isArray(value) && value.every(isLogRecord);
}
