import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Call } from "@cogniverse/sdk";
import type { Target } from "./multipart.ts";
import type { S3Requests } from "./s3-requests.ts";

/** Uploads that are aborted at a time. */
const ABORTS_AT_A_TIME = 16;

type Listed = Readonly<{ Key: string; UploadId: string }>;

/** Which uploads, and where. */
type Asked = Readonly<{ target: Target; prefix: string; call: Call | undefined }>;

/**
 * Aborts the uploads that processes which were killed have left under names that begin with `prefix`, so that nobody keeps or pays for their parts. Credentials that
 * may not list uploads leave them to the bucket's lifecycle rules.
 */
export async function abortUploads(
  client: S3Client,
  requests: S3Requests,
  asked: Asked,
): Promise<void> {
  for (;;) {
    const found = await firstUploads(client, requests, asked);
    if (found.length === 0) return;
    for (let at = 0; at < found.length; at += ABORTS_AT_A_TIME) {
      const some = found.slice(at, at + ABORTS_AT_A_TIME);
      await Promise.all(some.map((one) => abort(client, requests, { ...asked, one })));
    }
    // What is aborted is listed no more, and what is begun meanwhile is its writer's.
    if (found.length < 1000) return;
  }
}

async function firstUploads(
  client: S3Client,
  requests: S3Requests,
  { target, prefix, call }: Asked,
): Promise<readonly Listed[]> {
  const page = await requests.send<ListMultipartUploadsCommandOutput, "forbidden">(
    {
      operation: "ListMultipartUploads",
      name: prefix,
      repeatable: true,
      known: ({ status }) => (status === 403 ? "forbidden" : undefined),
    },
    (options) =>
      client.send(new ListMultipartUploadsCommand({ ...target, Prefix: prefix }), options),
    call,
  );
  if (page === "forbidden") return [];
  return (page.Uploads ?? []).flatMap(({ Key, UploadId }) =>
    Key?.startsWith(prefix) === true && UploadId !== undefined ? [{ Key, UploadId }] : [],
  );
}

async function abort(
  client: S3Client,
  requests: S3Requests,
  { target, call, one }: Asked & Readonly<{ one: Listed }>,
): Promise<void> {
  await requests.send<object, "gone">(
    {
      operation: "AbortMultipartUpload",
      name: one.Key,
      repeatable: true,
      known: ({ status }) => (status === 404 ? "gone" : undefined),
    },
    (options) => client.send(new AbortMultipartUploadCommand({ ...target, ...one }), options),
    call,
  );
}
