import type { LifecycleOption } from "@cogniverse/object-store";

/** The service's classes. All are read at once; the colder ones cost more a read, and for a least time. */
export const STORAGE_CLASSES = ["STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE"] as const;

/** One of {@link STORAGE_CLASSES}. */
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** A service account's key, as in its JSON file. */
export type ServiceAccountKey = Readonly<{ client_email: string; private_key: string }>;

/** Options of the Google Cloud Storage tier, as YAML has them. Only `bucket` is needed. Times are in seconds. */
export interface GcsOptions {
  readonly bucket: string;
  /** Needed where the bucket is to be made; else the credentials' own. */
  readonly project_id?: string;
  /** What the names of all objects begin with, so that deployments can share a bucket. Default "". */
  readonly prefix?: string;
  /** Of an emulator or a private endpoint; requests to it carry no credentials unless `key_filename` or `credentials` is there. */
  readonly endpoint?: string;
  /** JSON file of a service account's key. Default: application-default credentials. */
  readonly key_filename?: string;
  readonly credentials?: ServiceAccountKey;
  /** The project that pays, where the bucket is requester pays. */
  readonly user_project?: string;
  /** Cloud KMS key of new objects: `projects/P/locations/L/keyRings/R/cryptoKeys/K`. */
  readonly kms_key_name?: string;
  /** Class of new entries. Default: the bucket's. */
  readonly storage_class?: StorageClass;
  /** Class by key type: `{ embeddings: NEARLINE }`, which wins over `storage_class`. */
  readonly storage_classes?: Readonly<Record<string, StorageClass>>;
  /** Applied to the bucket at start, beside rules of others; see `manage_bucket`. Default none. */
  readonly lifecycle_rules?: readonly LifecycleOption[];
  /** Whether lifecycle rules are applied at start. Default true. */
  readonly manage_bucket?: boolean;
  /** Whether a missing bucket is made at start. Default false. */
  readonly create_bucket?: boolean;
  /** Where the bucket is made, such as `EUROPE-WEST4`. Default: the service's. */
  readonly location?: string;
  /** Seconds that an entry without a ttl of its own lives; `null` (default) = for ever. */
  readonly default_ttl?: number | null;
  /** Larger values are refused before they are sent. Default 1 GiB. */
  readonly max_value_bytes?: number;
  /** Larger values are sent in pieces that can be resumed. Default 64 MiB. */
  readonly resumable_above_bytes?: number;
  /** Connections at most; more requests wait. Default 64. */
  readonly concurrency?: number;
  /** Seconds until a connection must be there. Default 3. */
  readonly connect_timeout?: number;
  /** Seconds without a byte in either direction after which a request is given up; no attempt begins later than that. Default 15. */
  readonly request_timeout?: number;
  /** Seconds that two writes of one key begin apart at least; of those that wait only the latest is sent. Default 1, which the service takes. */
  readonly write_interval?: number;
  /** Attempts after the first, where a request may be repeated. Default 2. */
  readonly max_retries?: number;
}
