import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type LifecycleRule as S3Rule,
  type TransitionDefaultMinimumObjectSize,
} from "@aws-sdk/client-s3";
import { lifecycleRules, mergeLifecycle, type MergedLifecycle } from "@cogniverse/object-store";
import type { BackendContext, Call } from "@cogniverse/sdk";
import type { Bucket } from "./bucket.ts";
import { lifecycleForm } from "./lifecycle-form.ts";
import type { ResolvedOptions } from "./options.ts";

/** How often rules are put that another node, or an operator, replaced meanwhile. */
const APPLY_ATTEMPTS = 4;

/** What is to be done; `smallest`: a setting that stands beside the rules and would be lost with them. */
export type LifecyclePlan = MergedLifecycle<S3Rule> &
  Readonly<{ smallest?: TransitionDefaultMinimumObjectSize }>;

/** `"forbidden"`: s3:GetLifecycleConfiguration is missing. */
export async function planLifecycle(
  { client, requests, target }: Bucket,
  { layout, lifecycleRules: wanted }: ResolvedOptions,
  call?: Call,
): Promise<LifecyclePlan | "forbidden"> {
  const answer = await requests.send(
    {
      operation: "GetBucketLifecycleConfiguration",
      repeatable: true,
      known: ({ code, status }) => {
        if (code === "NoSuchLifecycleConfiguration") return "none";
        return status === 403 ? "forbidden" : undefined;
      },
    },
    (options) =>
      client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: target.Bucket }), options),
    call,
  );
  if (answer === "forbidden") return answer;
  const existing = answer === "none" ? [] : (answer.Rules ?? []);
  const smallest = answer === "none" ? undefined : answer.TransitionDefaultMinimumObjectSize;
  const merged = mergeLifecycle(existing, lifecycleRules(layout, wanted), lifecycleForm(layout));
  return smallest === undefined ? merged : { ...merged, smallest };
}

/**
 * Puts the rules of this deployment among those of the bucket. S3 replaces all rules at once and knows no condition: they are read again after
 * each change, until they are as wanted, so that nodes that start together end with the same. Never rejects: a bucket that cannot be
 * managed is used as it is, with one warning.
 */
export async function applyLifecycle(
  bucket: Bucket,
  options: ResolvedOptions,
  context: BackendContext,
): Promise<void> {
  const { tier, logger } = context;
  const warn = (why: string): void =>
    logger.warn(`The bucket's lifecycle rules are left as they are: ${why}`, {
      tier,
      bucket: options.bucket,
    });
  try {
    for (let attempt = 1; attempt <= APPLY_ATTEMPTS; attempt++) {
      const plan = await planLifecycle(bucket, options);
      if (plan === "forbidden") return warn("s3:GetLifecycleConfiguration is missing");
      if (plan.changes.length === 0) return;
      const put = await putLifecycle(bucket, plan);
      if (put === "forbidden") return warn("s3:PutLifecycleConfiguration is missing");
      if (put === "unsupported") return warn("this server does not have rules of these kinds");
      for (const { what, action } of plan.changes)
        logger.info(`Bucket: ${action} ${what}`, { tier, bucket: options.bucket });
    }
    warn("somebody else changes them at the same time");
  } catch (error) {
    warn(String(error));
  }
}

async function putLifecycle(
  { client, requests, target }: Bucket,
  { rules, smallest }: LifecyclePlan,
): Promise<object | "forbidden" | "unsupported"> {
  const input = {
    Bucket: target.Bucket,
    LifecycleConfiguration: { Rules: [...rules] },
    ...(smallest === undefined ? {} : { TransitionDefaultMinimumObjectSize: smallest }),
  };
  return requests.send(
    {
      operation: "PutBucketLifecycleConfiguration",
      repeatable: true,
      known: ({ status }) => {
        if (status === 403) return "forbidden";
        return status === 501 ? "unsupported" : undefined;
      },
    },
    (options) => client.send(new PutBucketLifecycleConfigurationCommand(input), options),
    undefined,
  );
}
