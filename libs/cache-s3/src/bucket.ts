import type { S3Client } from "@aws-sdk/client-s3";
import type { BackendContext } from "@cogniverse/sdk";
import type { Target } from "./multipart.ts";
import { TRANSFER_SIZES, type TransferSizes } from "./object-writes.ts";
import type { ResolvedOptions } from "./options.ts";
import { S3ObjectClient } from "./s3-object-client.ts";
import { S3Requests } from "./s3-requests.ts";
import { sdkClient } from "./sdk-client.ts";

/** A client of S3 and all that belongs to one bucket of it. */
export type Bucket = Readonly<{
  client: S3Client;
  requests: S3Requests;
  target: Target;
  objects: S3ObjectClient;
}>;

/** `client`: the user's own, which is not destroyed; left out, one is made of the options. */
export type BucketSurroundings = Readonly<{
  context: BackendContext;
  client?: S3Client | undefined;
  sizes?: TransferSizes;
}>;

/** Makes the clients; sends nothing. */
export function openBucket(
  options: ResolvedOptions,
  { context, client: own, sizes = TRANSFER_SIZES }: BucketSurroundings,
): Bucket {
  const client = own ?? sdkClient(options);
  const { bucket, layout, maxValueBytes } = options;
  const requests = new S3Requests(placeOf(options, context.tier), context);
  const target: Target = {
    Bucket: bucket,
    ...(options.requesterPays ? { RequestPayer: "requester" } : {}),
  };
  const policy = {
    storage: {
      prefix: layout.prefix,
      default: options.storageClass,
      byFamily: options.storageClasses,
    },
    sse: options.sse,
    sseKmsKeyId: options.sseKmsKeyId,
  };
  const objects = new S3ObjectClient({
    client,
    requests,
    target,
    policy,
    uploadName: () => layout.upload(context.random.id()),
    sizes,
    maxValueBytes,
    destroy: () => (own === undefined ? client.destroy() : undefined),
  });
  return { client, requests, target, objects };
}

function placeOf(
  { bucket, endpoint, region, credentials }: ResolvedOptions,
  tier: string,
): ConstructorParameters<typeof S3Requests>[0] {
  return {
    tier,
    bucket,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    secrets: Object.values(credentials ?? {}),
  };
}
