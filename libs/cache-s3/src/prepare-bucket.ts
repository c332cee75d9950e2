import { CreateBucketCommand, type BucketLocationConstraint } from "@aws-sdk/client-s3";
import { CacheError, type BackendContext } from "@cogniverse/sdk";
import type { Bucket } from "./bucket.ts";
import { applyLifecycle } from "./bucket-lifecycle.ts";
import type { ResolvedOptions } from "./options.ts";

/** What a start does to a bucket: looks whether it is there, makes it and sets its lifecycle rules where it may and should. */
export async function prepareBucket(
  bucket: Bucket,
  options: ResolvedOptions,
  context: BackendContext,
): Promise<void> {
  const leaves = context.leaveServer === true;
  const createBucket = options.createBucket && !leaves;
  const found = await findBucket(bucket, { ...options, createBucket });
  if (found === "forbidden") {
    const { tier, logger } = context;
    const message =
      "The bucket may not be listed: s3:ListBucket is missing; a miss looks like a refusal";
    logger.warn(message, { tier, bucket: options.bucket });
  }
  if (options.manageBucket && !leaves) await applyLifecycle(bucket, options, context);
}

async function findBucket(
  { client, requests, objects }: Bucket,
  { bucket: Bucket, createBucket, region }: ResolvedOptions,
): Promise<"there" | "forbidden"> {
  try {
    return await objects.checkBucket();
  } catch (error) {
    const missing = CacheError.isInstance(error) && error.message.includes("NoSuchBucket");
    if (!createBucket || !missing) throw error;
  }
  await requests.send(
    {
      operation: "CreateBucket",
      repeatable: true,
      known: ({ code }) => (code === "BucketAlreadyOwnedByYou" ? "there" : undefined),
    },
    (options) => client.send(new CreateBucketCommand({ Bucket, ...locationOf(region) }), options),
    undefined,
  );
  return "there";
}

/** The service wants none for its first region. */
function locationOf(
  region: string | undefined,
): Pick<ConstructorParameters<typeof CreateBucketCommand>[0], "CreateBucketConfiguration"> {
  if (region === undefined || region === "us-east-1") return {};
  // Regions newer than this SDK are the service's to refuse.
  const LocationConstraint = region as BucketLocationConstraint;
  return { CreateBucketConfiguration: { LocationConstraint } };
}
