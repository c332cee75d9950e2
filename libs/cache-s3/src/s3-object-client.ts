import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
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
import type { Bytes, Call } from "@cogniverse/sdk";
import { CleanUps } from "./clean-ups.ts";
import { abortUploads } from "./open-uploads.ts";
import { listObjects } from "./listing.ts";
import type { Target } from "./multipart.ts";
import type { WritePolicy } from "./object-parameters.ts";
import { ObjectReads } from "./object-reads.ts";
import { ObjectWrites, type TransferSizes } from "./object-writes.ts";
import { isUnmet, readFailure } from "./s3-failure.ts";
import type { S3Requests } from "./s3-requests.ts";

/** What user metadata may take in S3: names and values together. */
const METADATA_LIMIT_BYTES = 2048;
/** The most objects that one DeleteObjects takes. */
const DELETE_BATCH = 1000;

/** What an {@link S3ObjectClient} works with. */
export type S3ObjectClientOptions = Readonly<{
  client: S3Client;
  requests: S3Requests;
  target: Target;
  policy: WritePolicy;
  /** A new name for a body that is not to be visible yet. */
  uploadName: () => string;
  sizes: TransferSizes;
  /** Larger values are refused before they are sent. */
  maxValueBytes: number;
  /** Releases the client; nothing where it is the user's. */
  destroy: () => void;
}>;

/** One bucket of S3. Checksums are CRC-32, sent with each body and verified on each that comes whole. */
export class S3ObjectClient implements ObjectClient {
  readonly metadataLimitBytes: number = METADATA_LIMIT_BYTES;
  readonly #client: S3Client;
  readonly #requests: S3Requests;
  readonly #target: Target;
  readonly #reads: ObjectReads;
  readonly #writes: ObjectWrites;
  readonly #cleanUps = new CleanUps();
  readonly #destroy: () => void;
  #bucketSeen = false;

  constructor(options: S3ObjectClientOptions) {
    this.#client = options.client;
    this.#requests = options.requests;
    this.#target = options.target;
    this.#reads = new ObjectReads(options);
    this.#writes = new ObjectWrites({ ...options, cleanUps: this.#cleanUps });
    this.#destroy = options.destroy;
  }

  /**
   * `"there"`, or `"forbidden"` where the credentials may not ask. Rejects where the bucket does not exist, is in another region or cannot be
   * reached.
   */
  async checkBucket(call?: Call): Promise<"there" | "forbidden"> {
    const { Bucket } = this.#target;
    const answer = await this.#requests.send(
      {
        operation: "HeadBucket",
        repeatable: true,
        known: ({ status }) => {
          if (status === 403) return "forbidden";
          return status === 404 ? "absent" : undefined;
        },
      },
      (options) => this.#client.send(new HeadBucketCommand({ Bucket }), options),
      call,
    );
    if (answer === "absent") {
      const failure = { name: "NoSuchBucket", $metadata: { httpStatusCode: 404 } };
      throw this.#requests.translate(readFailure(failure), { operation: "HeadBucket" });
    }
    this.#bucketSeen = true;
    return answer === "forbidden" ? this.#checkCredentials(call) : "there";
  }

  read(
    name: string,
    options: { readonly unless?: string | undefined } = {},
    call?: Call,
  ): Promise<ReadObject | UnreadableObject | "unchanged" | undefined> {
    return this.#reads.read(name, options.unless, call);
  }

  async head(name: string, call?: Call): Promise<ObjectInfo | undefined> {
    const info = await this.#reads.head(name, call);
    // The answer to a HEAD has no body that would tell a missing object from a missing bucket.
    if (info === undefined && !this.#bucketSeen) await this.checkBucket(call);
    return info;
  }

  open(
    name: string,
    range?: readonly [from: number, to: number],
    call?: Call,
  ): Promise<OpenObject | UnreadableObject | undefined> {
    return this.#reads.open(name, range, call);
  }

  write(name: string, data: Bytes, write: ObjectWrite, call?: Call): Promise<string | undefined> {
    return this.#writes.write(name, data, write, call);
  }

  upload(
    name: string,
    body: AsyncIterable<Bytes>,
    headers: () => ObjectHeaders,
    options: { readonly storageClass?: string | undefined } = {},
    call?: Call,
  ): Promise<string> {
    return this.#writes.upload(name, body, { headers, ...options }, call);
  }

  async delete(name: string, etag?: string, call?: Call): Promise<boolean> {
    const input = { ...this.#target, Key: name, ...(etag === undefined ? {} : { IfMatch: etag }) };
    const answer = await this.#requests.send(
      {
        operation: "DeleteObject",
        name,
        repeatable: etag === undefined,
        known: (failure) => (isUnmet(failure) ? "unmet" : undefined),
      },
      (options) => this.#client.send(new DeleteObjectCommand(input), options),
      call,
    );
    return answer !== "unmet";
  }

  async deleteMany(names: readonly string[], call?: Call): Promise<void> {
    for (let at = 0; at < names.length; at += DELETE_BATCH)
      await this.#deleteBatch(names.slice(at, at + DELETE_BATCH), call);
  }

  list(
    prefix: string,
    options: { readonly after?: string | undefined } = {},
    call?: Call,
  ): AsyncIterable<readonly ListedObject[]> {
    const query = { target: this.#target, prefix, after: options.after, call };
    return listObjects(this.#client, this.#requests, query);
  }

  abortUploads(prefix: string, call?: Call): Promise<void> {
    return abortUploads(this.#client, this.#requests, { target: this.#target, prefix, call });
  }

  /** Resolves when nothing is left any more of uploads that failed. */
  settled(): Promise<void> {
    return this.#cleanUps.settled();
  }

  /** Waits until nothing is left of uploads that failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
    this.#destroy();
  }

  /** The answer to a HEAD does not say why it is a refusal. */
  async #checkCredentials(call: Call | undefined): Promise<"there" | "forbidden"> {
    const answer = await this.#requests.send(
      {
        operation: "ListObjectsV2",
        repeatable: true,
        known: ({ code }) => (code === "AccessDenied" ? "forbidden" : undefined),
      },
      (options) =>
        this.#client.send(new ListObjectsV2Command({ ...this.#target, MaxKeys: 1 }), options),
      call,
    );
    return answer === "forbidden" ? answer : "there";
  }

  async #deleteBatch(names: readonly string[], call: Call | undefined): Promise<void> {
    const Delete = { Quiet: true, Objects: names.map((Key) => ({ Key })) };
    const { Errors: [first] = [] } = await this.#requests.send(
      { operation: "DeleteObjects", name: names[0], repeatable: true },
      (options) =>
        this.#client.send(new DeleteObjectsCommand({ ...this.#target, Delete }), options),
      call,
    );
    if (first === undefined) return;
    const failure = readFailure({ name: first.Code, message: first.Message });
    throw this.#requests.translate(failure, { operation: "DeleteObjects", name: first.Key });
  }
}
