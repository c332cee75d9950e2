import { CacheError, type Call, type Logger } from "@cogniverse/sdk";
import type { LifecycleOption, ObjectLayout } from "@cogniverse/object-store";
import { damagedError } from "../gcs-error.ts";
import type { GcsSession } from "../objects/gcs-session.ts";
import { getBucket, type BucketResource } from "./bucket-resource.ts";
import { plannedLifecycle } from "./lifecycle.ts";

/** Nodes that start together meet at the bucket: each meeting costs another look. */
const ATTEMPTS = 8;

/** What applying needs beside the session. */
export type LifecycleOptions = Readonly<{
  rules: readonly LifecycleOption[];
  layout: ObjectLayout;
  logger: Logger;
  tier: string;
}>;

/**
 * Makes the bucket's own rules those of the configuration, where they differ. A tier works without them, so that a failure, such as a
 * missing permission, is one warning. Rejects only with the reason of `call.signal`.
 */
export async function applyLifecycle(
  session: GcsSession,
  options: LifecycleOptions,
  { signal }: Call = {},
): Promise<void> {
  try {
    await replaceRules(session, options, signal);
  } catch (error) {
    if (!CacheError.isInstance(error)) throw error;
    const { tier, logger } = options;
    const needs = "storage.buckets.get and storage.buckets.update";
    const advice =
      error.code === "auth"
        ? `it takes ${needs}; grant them, set the rules yourself, or set manage_bucket: false`
        : "they are tried again at the next start";
    logger.warn(`Lifecycle rules were left as they are: ${advice}`, { tier, error: error.message });
  }
}

async function replaceRules(
  session: GcsSession,
  { rules, layout }: LifecycleOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const doing = session.doing("set the lifecycle rules");
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const bucket = session.json(await getBucket(session, signal), doing) as BucketResource; // The service's documented form.
    const present = bucket.lifecycle?.rule ?? [];
    const { rules: merged, changes } = plannedLifecycle(present, rules, layout);
    if (changes.length === 0) return;
    const path = session.paths.changeBucket({ ifMetagenerationMatch: bucket.metageneration });
    const answer = await session.transport.exchange(
      {
        method: "PATCH",
        path,
        headers: { "content-type": "application/json" },
        body: [Buffer.from(JSON.stringify({ lifecycle: { rule: merged } }))],
      },
      doing,
      signal,
    );
    if (answer.status === 412) continue;
    return session.check(answer, doing);
  }
  throw damagedError(doing, `others changed the bucket ${ATTEMPTS} times meanwhile`);
}
