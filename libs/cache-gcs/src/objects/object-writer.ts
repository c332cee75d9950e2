import type { ObjectCondition, ObjectHeaders, ObjectWrite } from "@cogniverse/object-store";
import type { Bytes, Call, Random } from "@cogniverse/sdk";
import { damagedError, tooLargeError, type Doing } from "../gcs-error.ts";
import type { GcsAnswer } from "../transport/gcs-transport.ts";
import type { Repeatable } from "../transport/retry.ts";
import { checksumOf } from "./checksum.ts";
import type { GcsSession } from "./gcs-session.ts";
import { multipartBody } from "./multipart-body.ts";
import { asGeneration, type ObjectResource } from "./object-facts.ts";
import { ResumableUpload } from "./resumable-upload.ts";

/** How this bucket's objects are written. */
export type WriteOptions = Readonly<{
  random: Random;
  kmsKeyName: string | undefined;
  maxValueBytes: number;
  resumableAboveBytes: number;
}>;

/** What an answer to a write tells of the new object. */
const WRITTEN_FIELDS = "name,generation,crc32c";

/** Writes of one bucket: one request up to `resumableAboveBytes`, a resumable upload above. */
export class ObjectWriter {
  readonly #session: GcsSession;
  readonly #options: WriteOptions;

  constructor(session: GcsSession, options: WriteOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** The new generation; `undefined` = the condition was not met. */
  async write(
    name: string,
    data: Bytes,
    write: ObjectWrite,
    { signal }: Call,
  ): Promise<string | undefined> {
    signal?.throwIfAborted();
    const doing = this.#session.doing("write", name);
    this.checkSize(data.byteLength, doing);
    const checksum = checksumOf(data);
    const resource = {
      ...this.describe(name, write.headers, write.storageClass),
      crc32c: checksum,
    };
    const query = this.query(write.condition);
    // Only the answer to this very attempt tells whether a condition held.
    const repeatable = write.condition === undefined ? "always" : "refused";
    const large = data.byteLength > this.#options.resumableAboveBytes;
    const written = large
      ? await this.#resumable(resource, data, query, repeatable, doing, signal)
      : await this.#session.retrying(repeatable, signal, () =>
          this.#atOnce(resource, data, query, doing, signal),
        );
    if (written === undefined) return undefined;
    if (written.crc32c !== undefined && written.crc32c !== checksum)
      throw damagedError(doing, "the service stored other bytes than it was sent");
    return written.generation;
  }

  /** Throws `too_large` for more bytes than the configuration allows. */
  checkSize(bytes: number, doing: Doing): void {
    const { maxValueBytes } = this.#options;
    if (bytes > maxValueBytes) throw tooLargeError(doing, bytes, maxValueBytes);
  }

  /** An object's description, as the JSON API takes it. */
  describe(
    name: string,
    headers: ObjectHeaders,
    storageClass: string | undefined,
  ): Readonly<Record<string, unknown>> {
    return {
      name,
      contentType: headers.contentType,
      contentEncoding: headers.contentEncoding,
      metadata: headers.metadata,
      // Neither kept for an hour by the service's edge, which it does with public objects, nor decompressed on the way.
      cacheControl: "no-cache, no-transform",
      storageClass,
    };
  }

  /** Parameters of every way to write. */
  query(condition: ObjectCondition | undefined): Readonly<Record<string, string | undefined>> {
    return {
      ifGenerationMatch: generationOf(condition),
      kmsKeyName: this.#options.kmsKeyName,
      fields: WRITTEN_FIELDS,
    };
  }

  async #atOnce(
    resource: Readonly<Record<string, unknown>>,
    data: Bytes,
    query: Readonly<Record<string, string | undefined>>,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<ObjectResource | undefined> {
    const body = multipartBody(resource, data, this.#options.random.id());
    const path = this.#session.paths.upload({ uploadType: "multipart", ...query });
    const request = {
      method: "POST",
      path,
      headers: { "content-type": body.contentType },
      body: body.parts,
    } as const;
    const answer = await this.#session.transport.exchange(request, doing, signal);
    return this.#written(answer, doing);
  }

  async #resumable(
    resource: Readonly<Record<string, unknown>>,
    data: Bytes,
    query: Readonly<Record<string, string | undefined>>,
    repeatable: Repeatable,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<ObjectResource | undefined> {
    const upload = await this.#session.retrying(repeatable, signal, () =>
      ResumableUpload.begin(this.#session, resource, query, doing, signal),
    );
    if (upload === undefined) return undefined;
    const answer = await upload.finish(data, signal);
    return this.#written(answer, doing);
  }

  #written(answer: GcsAnswer, doing: Doing): ObjectResource | undefined {
    return answer.status === 412
      ? undefined
      : (this.#session.json(answer, doing) as ObjectResource);
  }
}

/** Generation 0 is that of an object which is not there. */
function generationOf(condition: ObjectCondition | undefined): string | undefined {
  if (condition === undefined) return undefined;
  return condition.if === "absent" ? "0" : asGeneration(condition.etag);
}
