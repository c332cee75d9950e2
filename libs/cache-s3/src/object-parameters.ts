import type { ObjectHeaders, ObjectInfo } from "@cogniverse/object-store";
import type { ServerSideEncryption, StorageClass } from "@aws-sdk/client-s3";
import { storageClassOf, type StorageClasses } from "./storage-class.ts";

/** Classes whose objects must be restored before they can be read. */
const ARCHIVES: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** What every object is written with, beside its own headers. */
export type WritePolicy = Readonly<{
  storage: StorageClasses;
  sse?: "s3" | "kms" | undefined;
  sseKmsKeyId?: string | undefined;
}>;

/** Parameters that PutObject, CreateMultipartUpload and CopyObject have in common. */
export type ObjectParameters = Readonly<{
  ContentType: string;
  ContentEncoding?: string;
  Metadata: Record<string, string>;
  StorageClass?: StorageClass;
}> &
  EncryptionParameters;

/** How S3 is to encrypt what it stores. */
export type EncryptionParameters = Readonly<{
  ServerSideEncryption?: ServerSideEncryption;
  SSEKMSKeyId?: string;
  BucketKeyEnabled?: boolean;
}>;

/** The parameters of an object of this name and size. `storageClass` goes before the policy's. */
export function objectParameters(
  object: Readonly<{
    name: string;
    bytes: number;
    headers: ObjectHeaders;
    storageClass?: string | undefined;
  }>,
  policy: WritePolicy,
): ObjectParameters {
  const { name, bytes, headers } = object;
  const storageClass = object.storageClass ?? storageClassOf(name, bytes, policy.storage);
  return {
    ContentType: headers.contentType,
    ...(headers.contentEncoding === undefined ? {} : { ContentEncoding: headers.contentEncoding }),
    Metadata: { ...headers.metadata },
    // Classes newer than this SDK are the service's to refuse.
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...encryptionParameters(policy),
  };
}

/** A bucket key spares a call to KMS for each object. */
export function encryptionParameters({ sse, sseKmsKeyId }: WritePolicy): EncryptionParameters {
  if (sse === undefined) return {};
  if (sse === "s3") return { ServerSideEncryption: "AES256" };
  return {
    ServerSideEncryption: "aws:kms",
    BucketKeyEnabled: true,
    ...(sseKmsKeyId === undefined ? {} : { SSEKMSKeyId: sseKmsKeyId }),
  };
}

/** What GetObject and HeadObject say of an object. */
export type Described = Readonly<{
  ETag?: string | undefined;
  ContentLength?: number | undefined;
  ContentRange?: string | undefined;
  ContentType?: string | undefined;
  ContentEncoding?: string | undefined;
  LastModified?: Date | undefined;
  Metadata?: Record<string, string> | undefined;
  StorageClass?: string | undefined;
  ArchiveStatus?: string | undefined;
  Restore?: string | undefined;
}>;

/** The same in the port's terms; `archived` where it is a HEAD's answer. */
export function objectInfo(described: Described): ObjectInfo {
  const contentEncoding = storedEncoding(described.ContentEncoding);
  return {
    etag: quoted(described.ETag),
    bytes: wholeBytes(described),
    headers: {
      contentType: described.ContentType ?? "application/octet-stream",
      ...(contentEncoding === undefined ? {} : { contentEncoding }),
      metadata: described.Metadata ?? {},
    },
    ...(described.LastModified === undefined
      ? {}
      : { modifiedAt: described.LastModified.getTime() }),
    ...(isArchived(described) ? { archived: true } : {}),
  };
}

/** ETags as If-Match wants them; some servers leave the quotes out of their XML. */
export function quoted(etag: string | undefined): string {
  if (etag === undefined || etag.startsWith('"')) return etag ?? "";
  return `"${etag}"`;
}

/** `aws-chunked` is how a body travelled, not what it is; some servers keep it. */
function storedEncoding(encoding: string | undefined): string | undefined {
  const kept = (encoding ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "" && one !== "aws-chunked");
  return kept.length === 0 ? undefined : kept.join(",");
}

function wholeBytes({ ContentRange, ContentLength }: Described): number {
  const whole = ContentRange === undefined ? undefined : /\/(\d+)$/.exec(ContentRange)?.[1];
  return whole === undefined ? (ContentLength ?? 0) : Number(whole);
}

/** In an archive, and no restored copy beside it. */
function isArchived({ StorageClass, ArchiveStatus, Restore }: Described): boolean {
  const archive = ArchiveStatus !== undefined || ARCHIVES.has(StorageClass ?? "");
  return archive && Restore?.includes('ongoing-request="false"') !== true;
}
