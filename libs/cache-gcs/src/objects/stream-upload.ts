import type { ObjectHeaders } from "@cogniverse/object-store";
import type { Bytes, Call, Random } from "@cogniverse/sdk";
import { damagedError, type Doing } from "../gcs-error.ts";
import { Crc32c } from "./checksum.ts";
import type { GcsSession } from "./gcs-session.ts";
import type { ObjectResource } from "./object-facts.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { chunksOf } from "./chunks.ts";
import { CHUNK_QUANTUM_BYTES, ResumableUpload } from "./resumable-upload.ts";

/** Bytes held at a time. What fits in is written by one request. */
const PART_BYTES = 32 * CHUNK_QUANTUM_BYTES;

/** `uploadPrefix`: where bytes wait until their headers are known; a lifecycle rule removes what a killed process left there. */
export type StreamUploadOptions = Readonly<{
  uploadPrefix: string;
  random: Random;
  kmsKeyName: string | undefined;
  deleteObject: (name: string) => Promise<unknown>;
}>;

/**
 * Writes bodies whose length and headers are known only at their end. The service wants headers before the bytes: so a large body goes
 * to an object of its own first and is then rewritten, inside the service and in one step, under its name and with its headers.
 */
export class StreamUpload {
  readonly #session: GcsSession;
  readonly #writer: ObjectWriter;
  readonly #options: StreamUploadOptions;

  constructor(session: GcsSession, writer: ObjectWriter, options: StreamUploadOptions) {
    this.#session = session;
    this.#writer = writer;
    this.#options = options;
  }

  async upload(
    name: string,
    body: AsyncIterable<Bytes>,
    headers: () => ObjectHeaders,
    storageClass: string | undefined,
    call: Call,
  ): Promise<string> {
    const doing = this.#session.doing("upload", name);
    await using parts = chunksOf(body, PART_BYTES);
    const first = await parts.next(call.signal);
    if (first.last) {
      const write = { headers: headers(), ...(storageClass === undefined ? {} : { storageClass }) };
      const etag = await this.#writer.write(name, first.data, write, call);
      if (etag === undefined) throw damagedError(doing, "the service saw a condition in it");
      return etag;
    }
    const waiting = this.#options.uploadPrefix + this.#options.random.id();
    try {
      const checksum = await this.#send(waiting, first.data, parts, doing, call.signal);
      const resource = this.#writer.describe(name, headers(), storageClass);
      return await this.#rewrite(waiting, resource, checksum, doing, call.signal);
    } finally {
      await this.#options.deleteObject(waiting).catch(() => undefined);
    }
  }

  /** Sends all parts to `waiting`; resolves with their checksum. */
  async #send(
    waiting: string,
    first: Bytes,
    parts: ReturnType<typeof chunksOf>,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const resource = {
      name: waiting,
      contentType: "application/octet-stream",
      storageClass: "STANDARD",
    };
    const upload = await this.#session.retrying("always", signal, () =>
      ResumableUpload.begin(this.#session, resource, this.#writer.query(undefined), doing, signal),
    );
    if (upload === undefined) throw damagedError(doing, "the service saw a condition in it");
    const sum = new Crc32c();
    let part: Readonly<{ data: Bytes; last: boolean }> = { data: first, last: false };
    let bytes = 0;
    try {
      for (;;) {
        sum.add(part.data);
        bytes += part.data.byteLength;
        this.#writer.checkSize(bytes, doing);
        if (part.last) break;
        await upload.send(part.data, signal);
        part = await parts.next(signal);
      }
    } catch (error) {
      await upload.giveUp();
      throw error;
    }
    const answer = await upload.finish(part.data, signal);
    const { crc32c } = this.#session.json(answer, doing) as ObjectResource;
    if (crc32c !== sum.toString())
      throw damagedError(doing, "the service stored other bytes than it was sent");
    return crc32c;
  }

  /** Large objects that change their class take the service several calls, each of which says how to go on. */
  async #rewrite(
    waiting: string,
    resource: Readonly<Record<string, unknown>>,
    checksum: string,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    let rewriteToken: string | undefined;
    for (;;) {
      const path = this.#session.paths.rewrite(waiting, String(resource["name"]), {
        rewriteToken,
        destinationKmsKeyName: this.#options.kmsKeyName,
      });
      const progress = await this.#session.retrying("always", signal, async () => {
        const answer = await this.#session.transport.exchange(
          {
            method: "POST",
            path,
            headers: { "content-type": "application/json; charset=utf-8" },
            body: [Buffer.from(JSON.stringify(resource))],
          },
          doing,
          signal,
        );
        return this.#session.json(answer, doing) as RewriteProgress;
      });
      if (progress.resource !== undefined) return etagOf(progress.resource, checksum, doing);
      rewriteToken = progress.rewriteToken;
    }
  }
}

type RewriteProgress = Readonly<{
  done: boolean;
  rewriteToken?: string;
  resource?: ObjectResource;
}>;

function etagOf(written: ObjectResource, checksum: string, doing: Doing): string {
  if (written.crc32c !== undefined && written.crc32c !== checksum)
    throw damagedError(doing, "the service copied other bytes than it was sent");
  return written.generation;
}
