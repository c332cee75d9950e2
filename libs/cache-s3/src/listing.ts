import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ListedObject } from "@cogniverse/object-store";
import type { Call } from "@cogniverse/sdk";
import type { Target } from "./multipart.ts";
import { quoted } from "./object-parameters.ts";
import type { S3Requests } from "./s3-requests.ts";

/** Pages of at most 1,000 names, in the service's order: that of their UTF-8 bytes. */
export async function* listObjects(
  client: S3Client,
  requests: S3Requests,
  query: Readonly<{
    target: Target;
    prefix: string;
    after: string | undefined;
    call: Call | undefined;
  }>,
): AsyncGenerator<readonly ListedObject[], void> {
  const { target, prefix, after, call } = query;
  // XML 1.0 has no form for some characters that a name may hold.
  const input = { ...target, Prefix: prefix, EncodingType: "url" } as const;
  let token: string | undefined;
  do {
    const from = token === undefined ? { StartAfter: after } : { ContinuationToken: token };
    const page: ListObjectsV2CommandOutput = await requests.send<ListObjectsV2CommandOutput>(
      { operation: "ListObjectsV2", name: prefix, repeatable: true },
      (options) => client.send(new ListObjectsV2Command({ ...input, ...from }), options),
      call,
    );
    const listed = listedObjects(page);
    if (listed.length > 0) yield listed;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

function listedObjects({
  Contents = [],
  EncodingType,
}: ListObjectsV2CommandOutput): ListedObject[] {
  return Contents.flatMap(({ Key, Size, ETag }) => {
    if (Key === undefined) return [];
    const name = EncodingType === "url" ? decodeName(Key) : Key;
    return [{ name, bytes: Size ?? 0, etag: quoted(ETag) }];
  });
}

/** Names come encoded as in a form: a space is `+` or `%20`. */
function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return encoded;
  }
}
