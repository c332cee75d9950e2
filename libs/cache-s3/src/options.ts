import { ObjectLayout, type LifecycleOption } from "@cogniverse/object-store";

/** Options of the S3 tier, as YAML has them. Times are in seconds. */
export interface S3Options {
  readonly bucket: string;
  /** Left out: what the SDK's default chain says; `us-east-1` with an `endpoint`. */
  readonly region?: string;
  /** Of a server other than AWS, such as `http://127.0.0.1:8333`. */
  readonly endpoint?: string;
  /** `https://endpoint/bucket` instead of `https://bucket.endpoint`. Default: with an `endpoint`. */
  readonly path_style?: boolean;
  /** Put before every object's name, so that deployments can share a bucket. Default none. */
  readonly prefix?: string;
  /** Class of the entries' objects. Default: the service's, STANDARD. */
  readonly storage_class?: string;
  /** The same for single key types, such as `{ frames: STANDARD_IA }`. */
  readonly storage_classes?: Readonly<Record<string, string>>;
  /** Applied to the bucket at start, beside rules of others; see `manage_bucket`. Default none. */
  readonly lifecycle_rules?: readonly LifecycleOption[];
  /** Server-side encryption: with a key of S3's or of KMS. Default: the bucket's own setting. */
  readonly sse?: "s3" | "kms";
  /** The KMS key; left out with `sse: kms`, the account's default one. */
  readonly sse_kms_key_id?: string;
  /** Whether we pay for requests to a bucket of somebody else. Default false. */
  readonly requester_pays?: boolean;
  /** Left out, with the two below: the SDK's default chain. */
  readonly access_key_id?: string;
  readonly secret_access_key?: string;
  readonly session_token?: string;
  /** A profile of the shared configuration files. */
  readonly profile?: string;
  /** Whether this tier may change the bucket's lifecycle rules that are its own. Default true. */
  readonly manage_bucket?: boolean;
  /** Whether a missing bucket is made at start. Default false. */
  readonly create_bucket?: boolean;
  /** Ask for archived objects that are read to be restored for `days`. Default: they are misses and stay archived. */
  readonly restore_archived?: Readonly<{ days: number; tier?: "Standard" | "Bulk" | "Expedited" }>;
  /** Requests under way at once. Default 64. */
  readonly concurrency?: number;
  /** Seconds without a byte in either direction after which a request is given up. Default 15. */
  readonly request_timeout?: number;
  /** Seconds until a connection must be there. Default 3. */
  readonly connect_timeout?: number;
  /** Seconds that an entry without a ttl of its own lives; `null` (default) = for ever. */
  readonly default_ttl?: number | null;
  /** Larger values are refused before they are sent. Default 5 GB. */
  readonly max_value_bytes?: number;
}

/** {@link S3Options} with every default filled in, in bytes and milliseconds. */
export type ResolvedOptions = Readonly<{
  bucket: string;
  region: string | undefined;
  endpoint: string | undefined;
  pathStyle: boolean;
  layout: ObjectLayout;
  storageClass: string | undefined;
  storageClasses: Readonly<Record<string, string>>;
  lifecycleRules: readonly LifecycleOption[];
  sse: "s3" | "kms" | undefined;
  sseKmsKeyId: string | undefined;
  requesterPays: boolean;
  credentials: Credentials | undefined;
  profile: string | undefined;
  manageBucket: boolean;
  createBucket: boolean;
  restoreArchived: RestoreOptions | undefined;
  concurrency: number;
  requestTimeoutMs: number;
  connectTimeoutMs: number;
  defaultTtl: number | null;
  maxValueBytes: number;
}>;

/** Keys of an account. */
type Credentials = Readonly<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}>;

/** How archived objects are restored. */
export type RestoreOptions = Readonly<{ days: number; tier: "Standard" | "Bulk" | "Expedited" }>;

/** Fills the defaults in. `options` must be valid. */
export function resolveOptions(options: S3Options): ResolvedOptions {
  const { endpoint, region, restore_archived: restore } = options;
  return {
    bucket: options.bucket,
    region: region ?? (endpoint === undefined ? undefined : "us-east-1"),
    endpoint,
    pathStyle: options.path_style ?? endpoint !== undefined,
    layout: new ObjectLayout(options.prefix),
    storageClass: options.storage_class,
    storageClasses: options.storage_classes ?? {},
    lifecycleRules: options.lifecycle_rules ?? [],
    sse: options.sse,
    sseKmsKeyId: options.sse_kms_key_id,
    requesterPays: options.requester_pays ?? false,
    credentials: credentialsOf(options),
    profile: options.profile,
    manageBucket: options.manage_bucket ?? true,
    createBucket: options.create_bucket ?? false,
    restoreArchived: restore === undefined ? undefined : { tier: "Standard", ...restore },
    concurrency: options.concurrency ?? 64,
    requestTimeoutMs: (options.request_timeout ?? 15) * 1000,
    connectTimeoutMs: (options.connect_timeout ?? 3) * 1000,
    defaultTtl: options.default_ttl ?? null,
    maxValueBytes: options.max_value_bytes ?? 5e9,
  };
}

function credentialsOf(options: S3Options): Credentials | undefined {
  const { access_key_id, secret_access_key, session_token } = options;
  if (access_key_id === undefined || secret_access_key === undefined) return undefined;
  const sessionToken = session_token === undefined ? {} : { sessionToken: session_token };
  return { accessKeyId: access_key_id, secretAccessKey: secret_access_key, ...sessionToken };
}
