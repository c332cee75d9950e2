import type { S3Client } from "@aws-sdk/client-s3";
import { ObjectBackend } from "@cogniverse/object-store";
import type { BackendContext } from "@cogniverse/sdk";
import { openBucket, type Bucket } from "./bucket.ts";
import { prepareBucket } from "./prepare-bucket.ts";
import { resolveOptions, type ResolvedOptions, type S3Options } from "./options.ts";
import { Restores } from "./restores.ts";

/**
 * Opens the tier in a bucket and applies its lifecycle rules. `client`: one of your own, for set-ups that the options do not cover; its credentials,
 * endpoint, retries and time-outs stand, and it is not destroyed with the tier. Rejects with `CacheError` where the bucket cannot be reached
 * or does not exist; a bucket that may not be managed is used as it is, with a warning.
 */
export async function s3Backend(
  options: S3Options,
  context: BackendContext,
  client?: S3Client,
): Promise<ObjectBackend> {
  const resolved = resolveOptions(options);
  const bucket = openBucket(resolved, { context, client });
  try {
    await prepareBucket(bucket, resolved, context);
  } catch (error) {
    await bucket.objects[Symbol.asyncDispose]();
    throw error;
  }
  return composeBackend(bucket, resolved, context);
}

/** The tier over the bucket's client, which it closes. */
export function composeBackend(
  bucket: Bucket,
  options: ResolvedOptions,
  context: BackendContext,
): ObjectBackend {
  const { layout, defaultTtl, concurrency, restoreArchived } = options;
  const restores =
    restoreArchived === undefined ? undefined : new Restores(bucket, restoreArchived, context);
  return new ObjectBackend(
    bucket.objects,
    {
      layout,
      defaultTtl,
      concurrency,
      ...(restores === undefined ? {} : { archived: (name) => restores.ask(name) }),
    },
    context,
  );
}
