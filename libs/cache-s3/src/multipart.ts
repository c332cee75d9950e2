import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompletedPart,
  type S3Client,
} from "@aws-sdk/client-s3";
import { CacheError, type Bytes, type Call } from "@cogniverse/sdk";
import type { ObjectCondition } from "@cogniverse/object-store";
import type { CleanUps } from "./clean-ups.ts";
import { crc32Of } from "./checksum.ts";
import { quoted, type EncryptionParameters, type ObjectParameters } from "./object-parameters.ts";
import { untilAborted, type BodyPart } from "./parts.ts";
import { isConflict, isUnmet } from "./s3-failure.ts";
import type { S3Requests } from "./s3-requests.ts";

/** The most parts that S3 takes. */
const MAX_PARTS = 10_000;

/** A bucket and what every request to it carries. */
export type Target = Readonly<{ Bucket: string; RequestPayer?: "requester" }>;

/** An upload that was begun. */
type Upload = Readonly<{
  name: string;
  UploadId: string;
  signal: AbortSignal;
  fail: (reason: unknown) => void;
}>;

/** A part in flight: `store` sends it. */
type PartJob = Readonly<{ number: number; store: (upload: Upload) => Promise<CompletedPart> }>;

/** What is uploaded in parts and how. */
export type MultipartWrite = Readonly<{
  name: string;
  parameters: Partial<ObjectParameters> & EncryptionParameters;
  condition?: ObjectCondition | undefined;
}>;

/** `stored`: visible under its name. `unmet`: the condition was not. `conflict`: begin anew, as S3 asks. */
export type MultipartResult =
  | Readonly<{ outcome: "stored"; etag: string }>
  | Readonly<{ outcome: "unmet" | "conflict" }>;

/**
 * Multipart uploads of which nothing is left when they fail. Not lib-storage's `Upload`: it gives its parts no abort signal, so that an abort leaves
 * their sockets busy, and rejects before it has cleaned up.
 */
export class Multipart {
  readonly #client: S3Client;
  readonly #requests: S3Requests;
  readonly #target: Target;
  readonly #inFlight: number;
  readonly #cleanUps: CleanUps;

  /** `inFlight`: parts that are sent, and held in memory, at a time. */
  constructor(
    client: S3Client,
    requests: S3Requests,
    options: Readonly<{ target: Target; inFlight: number; cleanUps: CleanUps }>,
  ) {
    this.#client = client;
    this.#requests = requests;
    this.#target = options.target;
    this.#inFlight = options.inFlight;
    this.#cleanUps = options.cleanUps;
  }

  /** Uploads parts as they come. */
  store(
    write: MultipartWrite,
    parts: AsyncIterable<BodyPart>,
    call: Call | undefined,
  ): Promise<MultipartResult> {
    return this.#run(
      write,
      uploads(parts, (part, upload) => this.#upload(part, upload)),
      call,
    );
  }

  /** Copies an object of `bytes` bytes within the service. */
  copy(
    write: MultipartWrite,
    source: Readonly<{ copySource: string; bytes: number; partBytes: number }>,
    call: Call | undefined,
  ): Promise<MultipartResult> {
    return this.#run(
      write,
      copies(source, (part, upload) => this.#copy(part, upload)),
      call,
    );
  }

  async #run(
    write: MultipartWrite,
    jobs: AsyncIterable<PartJob>,
    call: Call | undefined,
  ): Promise<MultipartResult> {
    const { name } = write;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(call?.signal ? [call.signal] : [])]);
    const { UploadId } = await this.#create(write, call);
    const fail = (reason: unknown): void => stop.abort(reason);
    const upload = { name, UploadId, signal, fail };
    const running = new Set<Promise<void>>();
    try {
      const parts = await this.#sendAll(jobs, upload, running);
      const result = await this.#complete(write, upload, parts);
      if (result.outcome !== "stored") this.#discard(upload, running);
      return result;
    } catch (error) {
      fail(error);
      this.#discard(upload, running);
      throw error;
    }
  }

  async #create(write: MultipartWrite, call: Call | undefined): Promise<{ UploadId: string }> {
    const { name, parameters } = write;
    const job = { operation: "CreateMultipartUpload", name, repeatable: true };
    const checksums = { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" } as const;
    const input = { ...this.#target, Key: name, ...parameters, ...checksums };
    const { UploadId = "" } = await this.#requests.send(
      job,
      (options) => this.#client.send(new CreateMultipartUploadCommand(input), options),
      call,
    );
    return { UploadId };
  }

  async #sendAll(
    jobs: AsyncIterable<PartJob>,
    upload: Upload,
    running: Set<Promise<void>>,
  ): Promise<CompletedPart[]> {
    const done: CompletedPart[] = [];
    for await (const { number, store } of untilAborted(jobs, upload.signal)) {
      if (number > MAX_PARTS) throw tooManyParts(upload.name);
      const send = async (): Promise<void> => {
        done.push(await store(upload));
        running.delete(one);
      };
      const one: Promise<void> = send();
      running.add(one);
      // One that failed ends the wait for the next part too.
      one.catch(upload.fail);
      if (running.size >= this.#inFlight) await Promise.race(running);
    }
    await Promise.all(running);
    return done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
  }

  async #upload({ number, data, release }: BodyPart, upload: Upload): Promise<CompletedPart> {
    const { name, UploadId, signal } = upload;
    const ChecksumCRC32 = crc32Of(data);
    const input = { ...this.#target, Key: name, UploadId, PartNumber: number, ChecksumCRC32 };
    const Body = asBuffer(data);
    const { ETag } = await this.#requests.send(
      { operation: "UploadPart", name, repeatable: true },
      (options) =>
        this.#client.send(
          new UploadPartCommand({ ...input, Body, ContentLength: Body.byteLength }),
          options,
        ),
      { signal },
    );
    release();
    return { PartNumber: number, ETag, ChecksumCRC32 };
  }

  async #copy(part: CopyPart, { name, UploadId, signal }: Upload): Promise<CompletedPart> {
    const { number, copySource, range } = part;
    const from = { CopySource: copySource, CopySourceRange: `bytes=${range}` };
    const input = { ...this.#target, Key: name, UploadId, PartNumber: number, ...from };
    const { CopyPartResult } = await this.#requests.send(
      { operation: "UploadPartCopy", name, repeatable: true },
      (options) => this.#client.send(new UploadPartCopyCommand(input), options),
      { signal },
    );
    const ChecksumCRC32 = CopyPartResult?.ChecksumCRC32;
    const checksum = ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 };
    return { PartNumber: number, ETag: CopyPartResult?.ETag, ...checksum };
  }

  async #complete(
    { name, condition }: MultipartWrite,
    { UploadId, signal }: Upload,
    Parts: CompletedPart[],
  ): Promise<MultipartResult> {
    const input = { ...this.#target, Key: name, UploadId, MultipartUpload: { Parts } };
    const answer = await this.#requests.send(
      {
        operation: "CompleteMultipartUpload",
        name,
        repeatable: false,
        known: (failure) => {
          if (isConflict(failure)) return "conflict";
          return condition !== undefined && isUnmet(failure) ? "unmet" : undefined;
        },
      },
      (options) =>
        this.#client.send(
          new CompleteMultipartUploadCommand({ ...input, ...conditionParameters(condition) }),
          options,
        ),
      { signal },
    );
    if (answer === "conflict" || answer === "unmet") return { outcome: answer };
    return { outcome: "stored", etag: quoted(answer.ETag) };
  }

  #discard({ name, UploadId }: Upload, running: ReadonlySet<Promise<void>>): void {
    const input = { ...this.#target, Key: name, UploadId };
    // A part that ends after the upload was thrown away would be kept, and paid for.
    this.#cleanUps.add(async () => {
      await Promise.allSettled(running);
      await this.#client.send(new AbortMultipartUploadCommand(input));
    });
  }
}

/** The condition as headers of a write. */
export function conditionParameters(
  condition: ObjectCondition | undefined,
): Readonly<{ IfNoneMatch?: string; IfMatch?: string }> {
  if (condition === undefined) return {};
  return condition.if === "absent" ? { IfNoneMatch: "*" } : { IfMatch: condition.etag };
}

/** The same bytes as the SDK sends without a copy. */
export function asBuffer(data: Bytes): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

type CopyPart = Readonly<{ number: number; copySource: string; range: string }>;

async function* uploads(
  parts: AsyncIterable<BodyPart>,
  send: (part: BodyPart, upload: Upload) => Promise<CompletedPart>,
): AsyncGenerator<PartJob, void> {
  for await (const part of parts)
    yield { number: part.number, store: (upload) => send(part, upload) };
}

async function* copies(
  source: Readonly<{ copySource: string; bytes: number; partBytes: number }>,
  send: (part: CopyPart, upload: Upload) => Promise<CompletedPart>,
): AsyncGenerator<PartJob, void> {
  const { copySource, bytes, partBytes } = source;
  for (let at = 0, number = 1; at < bytes; at += partBytes, number++) {
    const range = `${at}-${Math.min(at + partBytes, bytes) - 1}`;
    const part = { number, copySource, range };
    yield { number, store: (upload) => send(part, upload) };
  }
}

function tooManyParts(name: string): CacheError {
  return new CacheError(
    "too_large",
    `The body of ${JSON.stringify(name)} has more than the ${MAX_PARTS} parts that S3 takes: store it in pieces`,
  );
}
