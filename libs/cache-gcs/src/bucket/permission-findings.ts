import type { ExaminationFinding } from "@cogniverse/sdk";
import type { GcsSession } from "../objects/gcs-session.ts";

/** What the tier cannot do without. Without `list` the service answers 403, not 404, for an object that is not there. */
const NEEDED = [
  "storage.objects.create",
  "storage.objects.delete",
  "storage.objects.get",
  "storage.objects.list",
] as const;
/** What applying lifecycle rules takes. */
const MANAGING = ["storage.buckets.get", "storage.buckets.update"] as const;

/** Asks which permissions the credentials have, and names those that are missing. */
export async function permissionFindings(
  session: GcsSession,
  manageBucket: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly ExaminationFinding[]> {
  const asked: readonly string[] = manageBucket ? [...NEEDED, ...MANAGING] : NEEDED;
  const query = asked.map((name) => `permissions=${name}`).join("&");
  const request = {
    method: "GET",
    path: `${session.paths.bucket}/iam/testPermissions?${query}`,
  } as const;
  const doing = session.doing("ask for permissions");
  const answer = await session.transport.exchange(request, doing, signal);
  if (answer.status === 404 || answer.status === 405 || answer.status === 501)
    return [{ check: "permissions", level: "ok", message: "the endpoint does not tell" }];
  const { permissions = [] } = session.json(answer, doing) as { permissions?: readonly string[] }; // The service's documented form.
  const missing = asked.filter((name) => !permissions.includes(name));
  if (missing.length === 0)
    return [{ check: "permissions", level: "ok", message: `all ${asked.length} are there` }];
  return missing.map((name) => ({
    check: `permission ${name}`,
    level: NEEDED.some((needed) => needed === name) ? "problem" : "warning",
    message: `the credentials lack ${name}`,
    remedy: NEEDED.some((needed) => needed === name)
      ? "Grant roles/storage.objectUser on the bucket."
      : "Grant it with a role of your own, or set manage_bucket: false.",
  }));
}
