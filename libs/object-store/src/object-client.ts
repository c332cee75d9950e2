import type { Bytes, Call } from "@cogniverse/sdk";

/** What travels with an object beside its bytes. Names and values of `metadata` are ASCII already; names are lower-case. */
export type ObjectHeaders = Readonly<{
  contentType: string;
  contentEncoding?: string;
  metadata: Readonly<Record<string, string>>;
}>;

/**
 * What a service says of an object. `etag`: its token for conditions (S3: ETag, GCS: generation). `modifiedAt`: epoch ms on its clock. `archived`: a
 * HEAD tells that it must be restored before it can be read (S3: StorageClass GLACIER or DEEP_ARCHIVE, and no restored copy).
 */
export type ObjectInfo = Readonly<{
  etag: string;
  bytes: number;
  headers: ObjectHeaders;
  modifiedAt?: number;
  archived?: boolean;
}>;

/** An object whole. `data` belongs to the caller. */
export type ReadObject = Readonly<{ info: ObjectInfo; data: Bytes }>;

/** An object as it comes. Leaving the iteration early closes the connection it came on. */
export type OpenObject = Readonly<{ info: ObjectInfo; body: AsyncIterable<Bytes> }>;

/** The service holds it, in a class that must be restored before it can be read; or its bytes are not what their checksum says. */
export type UnreadableObject = "archived" | "corrupt";

/** When a write may happen; decided by the service in one step with the write. */
export type ObjectCondition = Readonly<{ if: "absent" } | { if: "match"; etag: string }>;

/** How an object is written. `storageClass`: left out, the client's default for `name`. */
export type ObjectWrite = Readonly<{
  headers: ObjectHeaders;
  storageClass?: string;
  condition?: ObjectCondition;
}>;

/**
 * One line of a listing. `headers` where the service lists them too. `modifiedAt`: as in {@link ObjectInfo}, where the listing has it (S3:
 * LastModified, GCS: updated); without it the log asks for it object by object before it removes an old snapshot.
 */
export type ListedObject = Readonly<{
  name: string;
  bytes: number;
  etag: string;
  headers?: ObjectHeaders;
  modifiedAt?: number;
}>;

/**
 * One bucket of an object store, as far as this cache needs one: a thin layer over the service's own client. `name` is the object's
 * whole name. Every failure is a `CacheError` of the right code with `retryable` set; what is not there is `undefined` or `false`.
 * Aborting `call.signal` ends the request down to the socket and rejects with the signal's reason.
 */
export interface ObjectClient extends AsyncDisposable {
  /** Bytes that names and values of `metadata` may have together. */
  readonly metadataLimitBytes: number;
  /**
   * One GET. `unless`: an etag the caller has; `"unchanged"` where it is still that one. A missing bucket is an error and never
   * `undefined`: who hears that the log's head is not there makes a new log.
   */
  read(
    name: string,
    options?: { readonly unless?: string | undefined },
    call?: Call,
  ): Promise<ReadObject | UnreadableObject | "unchanged" | undefined>;
  /** One HEAD (GCS: a GET of the metadata). */
  head(name: string, call?: Call): Promise<ObjectInfo | undefined>;
  /** One GET whose body is not read yet. `range` is half-open; `info.bytes` is of the whole object. */
  open(
    name: string,
    range?: readonly [from: number, to: number],
    call?: Call,
  ): Promise<OpenObject | UnreadableObject | undefined>;
  /**
   * The new etag; `undefined` = the condition was not met. Where the client sent the request twice, because an answer was lost, the first of them
   * may be what stands in the way of the second, so a caller to whom that matters reads what is there.
   */
  write(name: string, data: Bytes, write: ObjectWrite, call?: Call): Promise<string | undefined>;
  /**
   * Writes a body of unknown length in memory bounded by its parts; `headers` is called once the body ended. The object is visible
   * whole then, or never; an abort or failure leaves nothing behind that is not cleaned up.
   */
  upload(
    name: string,
    body: AsyncIterable<Bytes>,
    headers: () => ObjectHeaders,
    options?: { readonly storageClass?: string | undefined },
    call?: Call,
  ): Promise<string>;
  /** With `etag`: only while it is that one. Resolves `false` where it surely was not there or not that one. */
  delete(name: string, etag?: string, call?: Call): Promise<boolean>;
  /** Deletes without conditions, in as few requests as the service allows. Rejects where one failed. */
  deleteMany(names: readonly string[], call?: Call): Promise<void>;
  /** Pages of names that begin with `prefix` and sort after `after`, in the order of their UTF-8 bytes. */
  list(
    prefix: string,
    options?: { readonly after?: string | undefined },
    call?: Call,
  ): AsyncIterable<readonly ListedObject[]>;
  /** Aborts every upload in parts that is under way for a name which begins with `prefix`, as far as the credentials may. There where the service tells of them. */
  abortUploads?(prefix: string, call?: Call): Promise<void>;
}
