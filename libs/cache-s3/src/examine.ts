import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type {
  BackendContext,
  Call,
  Examination,
  ExaminationFinding,
  PlannedChange,
} from "@cogniverse/sdk";
import type { Bucket } from "./bucket.ts";
import { planLifecycle } from "./bucket-lifecycle.ts";
import type { ResolvedOptions } from "./options.ts";
import { makingOf } from "./s3-error.ts";
import type { S3Failure } from "./s3-failure.ts";
import type { SendOptions } from "./s3-requests.ts";

/** S3 refuses requests that are off by 15 minutes; expiry by another clock is wrong long before. */
const CLOCK_WARNING_MS = 30_000;

type Surroundings = Readonly<{
  bucket: Bucket;
  options: ResolvedOptions;
  context: BackendContext;
  call: Call | undefined;
}>;

/** What the answer to the first request says of the server. */
type Greeting = Readonly<{ found: boolean; server?: string; clockOffsetMs?: number }>;

/**
 * Looks at a bucket with requests that change nothing: reads, and writes that name an upload or an etag that there is not, which the service
 * refuses in one way to whom may write and in another to whom may not.
 */
export async function examineBucket(surroundings: Surroundings): Promise<Examination> {
  const { options } = surroundings;
  const { found, ...greeting } = await greet(surroundings);
  if (!found) return { ...greeting, ...missingBucket(options) };
  const [permissions, settings, lifecycle] = await Promise.all([
    examinePermissions(surroundings),
    Promise.all([examineVersioning(surroundings), examineObjectLock(surroundings)]),
    examineLifecycle(surroundings),
  ]);
  const clock = clockFinding(greeting.clockOffsetMs);
  const findings = [...clock, ...permissions, ...settings, ...lifecycle.findings];
  return { ...greeting, findings, changes: lifecycle.changes };
}

async function greet({ bucket, context, call }: Surroundings): Promise<Greeting> {
  const { client, requests, target } = bucket;
  let headers: Readonly<Record<string, string>> = {};
  let sentAt = 0;
  let receivedAt = 0;
  const command = (): HeadBucketCommand => {
    const head = new HeadBucketCommand({ Bucket: target.Bucket });
    head.middlewareStack.add(
      (next) => async (args) => {
        sentAt = context.clock.now();
        const result = await next(args);
        receivedAt = context.clock.now();
        headers = headersOf(result.response);
        return result;
      },
      // Around the reader of answers, which throws what is not a success.
      { step: "deserialize", name: "readGreeting", priority: "low" },
    );
    return head;
  };
  const answer = await requests.send(
    {
      operation: "HeadBucket",
      repeatable: true,
      known: ({ status }) => {
        if (status === 404) return "absent";
        return status === 403 ? "forbidden" : undefined;
      },
    },
    (options: SendOptions) => client.send(command(), options),
    call,
  );
  const { server, date } = headers;
  const serverAt = Date.parse(date ?? "");
  // The header has whole seconds: on average it is half of one behind.
  const clockOffsetMs = Math.round(serverAt + 500 - (sentAt + receivedAt) / 2);
  return {
    found: answer !== "absent",
    ...(server === undefined ? {} : { server }),
    ...(Number.isNaN(serverAt) ? {} : { clockOffsetMs }),
  };
}

function headersOf(response: unknown): Readonly<Record<string, string>> {
  if (typeof response !== "object" || response === null || !("headers" in response)) return {};
  // The SDK's HTTP responses have them in lower case.
  return response.headers as Readonly<Record<string, string>>;
}

function missingBucket(options: ResolvedOptions): Pick<Examination, "findings" | "changes"> {
  const { bucket, createBucket } = options;
  const what = `bucket ${bucket}`;
  if (createBucket) return { findings: [], changes: [{ what, action: "add" }] };
  const message = `The bucket "${bucket}" does not exist`;
  const remedy = `${makingOf(options)}, or create_bucket: true`;
  return { findings: [{ check: "bucket", level: "problem", message, remedy }], changes: [] };
}

function clockFinding(offsetMs: number | undefined): ExaminationFinding[] {
  if (offsetMs === undefined) return [];
  const message = `The server's clock is ${offsetMs} ms from this one, to within a second`;
  if (Math.abs(offsetMs) < CLOCK_WARNING_MS) return [{ check: "clock", level: "ok", message }];
  const remedy = "Set the clock of this machine; above 15 minutes S3 refuses every request";
  return [{ check: "clock", level: "problem", message, remedy }];
}

async function examinePermissions(surroundings: Surroundings): Promise<ExaminationFinding[]> {
  const { bucket, options, context } = surroundings;
  const { client, target } = bucket;
  const name = { ...target, Key: options.layout.probe(context.random.id()) };
  const part = { ...name, UploadId: "none", PartNumber: 1, Body: "", ContentLength: 0 };
  const tries: readonly (readonly [string, (options: SendOptions) => Promise<object>])[] = [
    [
      "s3:ListBucket",
      (send) =>
        client.send(new ListObjectsV2Command({ ...target, Prefix: name.Key, MaxKeys: 1 }), send),
    ],
    ["s3:GetObject", (send) => client.send(new GetObjectCommand(name), send)],
    ["s3:PutObject", (send) => client.send(new UploadPartCommand(part), send)],
    [
      "s3:AbortMultipartUpload",
      (send) => client.send(new AbortMultipartUploadCommand({ ...name, UploadId: "none" }), send),
    ],
    [
      "s3:DeleteObject",
      (send) => client.send(new DeleteObjectCommand({ ...name, IfMatch: '"none"' }), send),
    ],
  ];
  const found = await Promise.all(
    tries.map(async ([permission, send]) => {
      const answer = await ask(surroundings, permission, send);
      return { permission, granted: answer !== "forbidden" };
    }),
  );
  // Who may not list is not told that an object is not there: a refusal says nothing of reading then.
  const mayList = found.some(
    ({ permission, granted }) => permission === "s3:ListBucket" && granted,
  );
  return found
    .filter(({ permission, granted }) => mayList || granted || permission !== "s3:GetObject")
    .map(({ permission, granted }) => permissionFinding(permission, granted));
}

function permissionFinding(permission: string, granted: boolean): ExaminationFinding {
  const check = `permission ${permission}`;
  if (granted) return { check, level: "ok", message: `${permission} is granted` };
  const message = `${permission} is missing`;
  return { check, level: "problem", message, remedy: `Grant ${permission} to these credentials` };
}

async function examineVersioning(surroundings: Surroundings): Promise<ExaminationFinding> {
  const { client, target } = surroundings.bucket;
  const check = "versioning";
  const answer = await ask(surroundings, "s3:GetBucketVersioning", (options) =>
    client.send(new GetBucketVersioningCommand({ Bucket: target.Bucket }), options),
  );
  if (typeof answer === "string") return unknown(check, "s3:GetBucketVersioning");
  if (!("Status" in answer) || answer.Status !== "Enabled")
    return { check, level: "ok", message: "Versioning is off" };
  const message = "Versioning is on: what is deleted, replaced or expired stays and is paid for";
  const remedy = "Suspend versioning, or add a rule with NoncurrentVersionExpiration to the bucket";
  return { check, level: "warning", message, remedy };
}

async function examineObjectLock(surroundings: Surroundings): Promise<ExaminationFinding> {
  const { client, target } = surroundings.bucket;
  const check = "object-lock";
  const answer = await ask(surroundings, "s3:GetBucketObjectLockConfiguration", (options) =>
    client.send(new GetObjectLockConfigurationCommand({ Bucket: target.Bucket }), options),
  );
  if (answer === "forbidden") return unknown(check, "s3:GetBucketObjectLockConfiguration");
  const configuration =
    typeof answer === "object" && "ObjectLockConfiguration" in answer
      ? answer.ObjectLockConfiguration
      : undefined;
  if (configuration === undefined) return { check, level: "ok", message: "Object lock is off" };
  const message = "Object lock is on: nothing can be deleted before its retention ends";
  return { check, level: "problem", message, remedy: "Use a bucket without object lock" };
}

function unknown(check: string, permission: string): ExaminationFinding {
  const message = `Could not be looked at: ${permission} is missing`;
  return { check, level: "warning", message, remedy: `Grant ${permission}, or look yourself` };
}

async function examineLifecycle({
  bucket,
  options,
  call,
}: Surroundings): Promise<{ findings: ExaminationFinding[]; changes: readonly PlannedChange[] }> {
  const check = "lifecycle";
  const plan = await planLifecycle(bucket, options, call);
  if (plan === "forbidden")
    return { findings: [unknown(check, "s3:GetLifecycleConfiguration")], changes: [] };
  if (options.manageBucket) return { findings: [], changes: plan.changes };
  const { length } = plan.changes;
  if (length === 0) return { findings: [], changes: [] };
  const message = `${length} lifecycle rules differ from the configuration: ${plan.changes.map(({ what }) => what).join(", ")}`;
  const remedy = "Set manage_bucket: true, or make the rules yourself";
  return { findings: [{ check, level: "warning", message, remedy }], changes: [] };
}

/** An answer, `"forbidden"`, or `"refused"` for another reason, which is what a probe of something that is not there expects. */
async function ask<O extends object>(
  { bucket, call }: Surroundings,
  operation: string,
  send: (options: SendOptions) => Promise<O>,
): Promise<O | "forbidden" | "refused"> {
  const known = ({ status, code }: S3Failure): "forbidden" | "refused" | undefined => {
    if (code === "AccessDenied") return "forbidden";
    // Wrong credentials are no missing permission.
    if (status === 401 || status === 403) return undefined;
    return status !== undefined && status >= 400 && status < 500 ? "refused" : undefined;
  };
  return bucket.requests.send({ operation, repeatable: true, known }, send, call);
}
