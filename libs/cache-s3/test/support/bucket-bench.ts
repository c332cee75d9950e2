import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type StorageClass,
} from "@aws-sdk/client-s3";
import type { ObjectBackend } from "@cogniverse/object-store";
import type { S3Place } from "@cogniverse/test-servers";
import { randomBytes } from "node:crypto";
import { openBucket, type Bucket } from "../../src/bucket.ts";
import type { TransferSizes } from "../../src/object-writes.ts";
import { resolveOptions, type S3Options } from "../../src/options.ts";
import { composeBackend } from "../../src/s3-backend.ts";
import { serverContext } from "./context.ts";

/** The smallest sizes that S3 takes, so that little data travels in every way. */
export const SMALL_SIZES: TransferSizes = {
  partBytes: 5 * 2 ** 20,
  putBytes: 6 * 2 ** 20,
  copyBytes: 6 * 2 ** 20,
  partsInFlight: 2,
};

/** A bucket of its own on a server, a bare SDK client to look into it, and tiers in it; disposing closes what was opened. */
export class BucketBench implements AsyncDisposable {
  readonly place: S3Place;
  readonly name: string;
  readonly bare: S3Client;
  readonly context: ReturnType<typeof serverContext> = serverContext();
  readonly #open: AsyncDisposable[] = [];

  private constructor(place: S3Place, name: string) {
    this.place = place;
    this.name = name;
    this.bare = new S3Client({ ...place, forcePathStyle: true });
  }

  /** `make: false`: the bucket is left to be made. */
  static async at(place: S3Place, { make = true } = {}): Promise<BucketBench> {
    const bench = new BucketBench(place, `cog-${randomBytes(8).toString("hex")}`);
    if (make) await bench.bare.send(new CreateBucketCommand({ Bucket: bench.name }));
    return bench;
  }

  /** Options of a tier in this bucket. */
  options(more: Partial<S3Options> = {}): S3Options {
    const { endpoint, region, credentials } = this.place;
    return {
      bucket: this.name,
      endpoint,
      region,
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
      ...more,
    };
  }

  /** A client of the port. */
  bucket(more: Partial<S3Options> = {}, sizes?: TransferSizes): Bucket {
    const options = resolveOptions(this.options(more));
    const bucket = openBucket(options, {
      context: this.context,
      ...(sizes === undefined ? {} : { sizes }),
    });
    this.#open.push(bucket.objects);
    return bucket;
  }

  /** A tier over such a client; `leaseMs`: the D that this node is configured with. */
  tier(bucket: Bucket, leaseMs = 600, more: Partial<S3Options> = {}): ObjectBackend {
    const context = { ...this.context, networkLeaseMs: leaseMs };
    return composeBackend(bucket, resolveOptions(this.options(more)), context);
  }

  /** What a bare client gets: headers and body. */
  async get(Key: string): Promise<{ head: Record<string, unknown>; body: Uint8Array }> {
    const { Body, ...head } = await this.bare.send(
      new GetObjectCommand({ Bucket: this.name, Key, ChecksumMode: "ENABLED" }),
    );
    return { head, body: (await Body?.transformToByteArray()) ?? new Uint8Array(0) };
  }

  /** Writes an object as somebody else would. */
  async put(
    Key: string,
    Body: Uint8Array,
    more: Readonly<{ Metadata?: Record<string, string>; ContentType?: string }> = {},
  ): Promise<void> {
    await this.bare.send(new PutObjectCommand({ Bucket: this.name, Key, Body, ...more }));
  }

  /** Changes the user metadata of an object, or its class, and nothing else. */
  async changeMetadata(
    Key: string,
    change: (metadata: Record<string, string>) => Record<string, string>,
    storageClass?: StorageClass,
  ): Promise<void> {
    const { Metadata = {} } = await this.bare.send(
      new HeadObjectCommand({ Bucket: this.name, Key }),
    );
    await this.bare.send(
      new CopyObjectCommand({
        Bucket: this.name,
        Key,
        CopySource: `${this.name}/${encodeURIComponent(Key)}`,
        MetadataDirective: "REPLACE",
        Metadata: change(Metadata),
        ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
      }),
    );
  }

  /** Deletes all objects. */
  async empty(): Promise<void> {
    for (const Key of await this.names())
      await this.bare.send(new DeleteObjectCommand({ Bucket: this.name, Key }));
  }

  /** Names that lie in the bucket. */
  async names(prefix = ""): Promise<string[]> {
    const { Contents = [] } = await this.bare.send(
      new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix }),
    );
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  /** Names of multipart uploads that were begun and neither completed nor aborted. */
  async openUploads(): Promise<string[]> {
    const { Uploads = [] } = await this.bare.send(
      new ListMultipartUploadsCommand({ Bucket: this.name }),
    );
    return Uploads.flatMap(({ Key }) => Key ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#open) await one[Symbol.asyncDispose]();
    this.bare.destroy();
  }
}
