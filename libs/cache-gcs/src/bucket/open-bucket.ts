import { CacheError, type Call } from "@cogniverse/sdk";
import { begin, missingBucketError } from "../gcs-error.ts";
import type { GcsSession } from "../objects/gcs-session.ts";

/** `create`: how to make a missing bucket; left out, it is an error. `isEmulated`: the endpoint is not the service's own. */
export type OpenOptions = Readonly<{
  create?: () => Promise<NewBucket>;
  isEmulated: boolean;
}>;

/** A bucket to be made. */
export type NewBucket = Readonly<{ projectId: string; location?: string | undefined }>;

/** Makes sure that the bucket is there and that its objects can be read; at most three requests. Throws CacheError where not. */
export async function openBucket(
  session: GcsSession,
  { create, isEmulated }: OpenOptions,
  { signal }: Call = {},
): Promise<void> {
  const doing = session.doing("open");
  const request = {
    method: "GET",
    path: session.paths.list({ maxResults: "1", fields: "kind" }),
  } as const;
  await session.retrying("always", signal, async () => {
    const answer = await session.transport.exchange(request, doing, signal);
    if (answer.status !== 404) return session.check(answer, doing);
    if (create === undefined) throw missingBucketError(doing);
    await createBucket(session, await create(), signal);
  });
  if (isEmulated) await checkMediaPath(session, signal);
}

async function createBucket(
  session: GcsSession,
  { projectId, location }: NewBucket,
  signal: AbortSignal | undefined,
): Promise<void> {
  const doing = session.doing("make the bucket");
  const resource = {
    name: session.bucket,
    location,
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
    // What a cache deletes may go at once; kept for a week, the default, it costs as much as what is stored.
    softDeletePolicy: { retentionDurationSeconds: "0" },
  };
  const answer = await session.transport.exchange(
    {
      method: "POST",
      path: `/storage/v1/b?project=${encodeURIComponent(projectId)}`,
      headers: { "content-type": "application/json" },
      body: [Buffer.from(JSON.stringify(resource))],
    },
    doing,
    signal,
  );
  // Another node may have been faster.
  if (answer.status !== 409) session.check(answer, doing);
}

/** Emulators serve the XML API only under the host that they were told: without it each read would look like a miss. */
async function checkMediaPath(session: GcsSession, signal: AbortSignal | undefined): Promise<void> {
  const doing = session.doing("open");
  const request = { method: "GET", path: session.paths.mediaListing } as const;
  const answer = await session.transport.exchange(request, doing, signal);
  if (answer.status === 200 && answer.body.includes("<ListBucketResult")) return;
  if (answer.status !== 404) session.check(answer, doing);
  throw new CacheError(
    "invalid_config",
    `${begin(doing)}: the endpoint does not serve the XML API, through which objects are read. ` +
      "fake-gcs-server does so when it is started with -public-host and the host of the endpoint.",
  );
}
