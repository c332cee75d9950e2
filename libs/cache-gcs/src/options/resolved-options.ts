import { ObjectLayout, type LifecycleOption } from "@cogniverse/object-store";
import type { GcsOptions, ServiceAccountKey, StorageClass } from "./gcs-options.ts";

/** {@link GcsOptions} with every default filled in, in milliseconds. Throws `invalid_config` for a prefix that is none. */
export type ResolvedOptions = Readonly<{
  bucket: string;
  projectId: string | undefined;
  layout: ObjectLayout;
  endpoint: string | undefined;
  keyFilename: string | undefined;
  credentials: ServiceAccountKey | undefined;
  userProject: string | undefined;
  kmsKeyName: string | undefined;
  storageClass: StorageClass | undefined;
  storageClasses: Readonly<Record<string, StorageClass>>;
  lifecycleRules: readonly LifecycleOption[];
  manageBucket: boolean;
  createBucket: boolean;
  location: string | undefined;
  defaultTtl: number | null;
  maxValueBytes: number;
  resumableAboveBytes: number;
  concurrency: number;
  connectTimeoutMs: number;
  timeoutMs: number;
  writeIntervalMs: number;
  maxRetries: number;
}>;

/** Fills the defaults in. `options` must be valid. */
export function resolveOptions(options: GcsOptions): ResolvedOptions {
  return {
    bucket: options.bucket,
    projectId: options.project_id,
    layout: new ObjectLayout(options.prefix),
    endpoint: options.endpoint,
    keyFilename: options.key_filename,
    credentials: options.credentials,
    userProject: options.user_project,
    kmsKeyName: options.kms_key_name,
    storageClass: options.storage_class,
    storageClasses: options.storage_classes ?? {},
    lifecycleRules: options.lifecycle_rules ?? [],
    manageBucket: options.manage_bucket ?? true,
    createBucket: options.create_bucket ?? false,
    location: options.location,
    defaultTtl: options.default_ttl ?? null,
    maxValueBytes: options.max_value_bytes ?? 2 ** 30,
    resumableAboveBytes: options.resumable_above_bytes ?? 2 ** 26,
    concurrency: options.concurrency ?? 64,
    connectTimeoutMs: (options.connect_timeout ?? 3) * 1000,
    timeoutMs: (options.request_timeout ?? 15) * 1000,
    writeIntervalMs: (options.write_interval ?? 1) * 1000,
    maxRetries: options.max_retries ?? 2,
  };
}

/** The class of an entry: that of its key type, else the tier's; `undefined`: the bucket's. `key` is a canonical path. */
export function storageClassFor(
  key: string,
  { storageClass, storageClasses }: ResolvedOptions,
): StorageClass | undefined {
  const family = key.split("/", 1)[0]?.split("@", 1)[0] ?? "";
  return Object.hasOwn(storageClasses, family) ? storageClasses[family] : storageClass;
}
