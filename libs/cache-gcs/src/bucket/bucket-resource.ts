import type { GcsAnswer } from "../transport/gcs-transport.ts";
import type { GcsSession } from "../objects/gcs-session.ts";
import type { BucketRule } from "./lifecycle.ts";

/** A bucket as the JSON API describes it, as far as this tier looks. */
export type BucketResource = Readonly<{
  metageneration?: string;
  location?: string;
  locationType?: string;
  storageClass?: string;
  defaultEventBasedHold?: boolean;
  versioning?: { enabled?: boolean };
  softDeletePolicy?: { retentionDurationSeconds?: string };
  retentionPolicy?: { retentionPeriod?: string };
  objectRetention?: { mode?: string };
  billing?: { requesterPays?: boolean };
  autoclass?: { enabled?: boolean };
  lifecycle?: { rule?: readonly BucketRule[] };
}>;

/** Asks for the bucket; the answer may be any. */
export function getBucket(
  session: GcsSession,
  signal: AbortSignal | undefined,
): Promise<GcsAnswer> {
  const doing = session.doing("look at the bucket");
  const request = { method: "GET", path: session.paths.bucket } as const;
  return session.retrying("always", signal, async () => {
    const answer = await session.transport.exchange(request, doing, signal);
    if (answer.status >= 500 || answer.status === 429) session.check(answer, doing);
    return answer;
  });
}
