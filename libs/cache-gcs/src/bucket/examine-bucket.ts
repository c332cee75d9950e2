import type { Clock, Examination, ExaminationFinding, PlannedChange } from "@cogniverse/sdk";
import { missingBucketError, refusalError } from "../gcs-error.ts";
import type { GcsSession } from "../objects/gcs-session.ts";
import type { ResolvedOptions } from "../options/resolved-options.ts";
import { parseAnswer } from "../transport/refusal.ts";
import type { GcsAnswer } from "../transport/gcs-transport.ts";
import { bucketFindings } from "./bucket-findings.ts";
import { getBucket, type BucketResource } from "./bucket-resource.ts";
import { plannedLifecycle } from "./lifecycle.ts";
import { permissionFindings } from "./permission-findings.ts";

/** Looks at the bucket and changes nothing. Rejects where the service cannot be reached. */
export async function examineBucket(
  session: GcsSession,
  options: ResolvedOptions,
  clock: Pick<Clock, "now">,
  signal: AbortSignal | undefined,
): Promise<Examination> {
  const sentAt = clock.now();
  const answer = await getBucket(session, signal);
  const clockOffsetMs = offsetOf(answer, sentAt, clock.now());
  const facts = {
    ...(typeof answer.headers["server"] === "string" ? { server: answer.headers["server"] } : {}),
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
  };
  const permissions = await permissionFindings(session, options.manageBucket, signal);
  const doing = session.doing("look at the bucket");
  if (answer.status === 404) return { ...facts, ...missing(session, options) };
  // The bucket itself may be hidden from who may use its objects.
  if (answer.status === 403) return { ...facts, findings: [...permissions, hidden()], changes: [] };
  if (answer.status !== 200) throw refusalError(doing, parseAnswer(answer));
  const bucket = session.json(answer, doing) as BucketResource; // The service's documented form.
  return {
    ...facts,
    findings: [...permissions, ...bucketFindings(bucket, options)],
    changes: changesOf(bucket, options),
  };
}

function changesOf(bucket: BucketResource, options: ResolvedOptions): readonly PlannedChange[] {
  if (!options.manageBucket) return [];
  return plannedLifecycle(bucket.lifecycle?.rule ?? [], options.lifecycleRules, options.layout)
    .changes;
}

function missing(
  session: GcsSession,
  { createBucket, bucket }: ResolvedOptions,
): Pick<Examination, "findings" | "changes"> {
  const remedy = missingBucketError(session.doing("open")).message;
  if (!createBucket) {
    const message = `bucket "${bucket}" does not exist`;
    return { findings: [{ check: "bucket", level: "problem", message, remedy }], changes: [] };
  }
  return { findings: [], changes: [{ what: `bucket ${bucket}`, action: "add" }] };
}

function hidden(): ExaminationFinding {
  return {
    check: "bucket",
    level: "warning",
    message: "versioning, retention and lifecycle rules cannot be looked at",
    remedy: "Grant storage.buckets.get.",
  };
}

/** The Date header counts whole seconds: its middle is meant. */
function offsetOf(answer: GcsAnswer, sentAt: number, receivedAt: number): number | undefined {
  const at = Date.parse(answer.headers.date ?? "");
  return Number.isNaN(at) ? undefined : Math.round(at + 500 - (sentAt + receivedAt) / 2);
}
