import type { Storage } from "@google-cloud/storage";
import { ObjectBackend } from "@cogniverse/object-store";
import type { BackendContext } from "@cogniverse/sdk";
import { applyLifecycle } from "./bucket/apply-lifecycle.ts";
import { openBucket, type NewBucket } from "./bucket/open-bucket.ts";
import { connect, type GcsConnection } from "./gcs-connection.ts";
import { GcsObjectClient } from "./objects/gcs-object-client.ts";
import type { GcsSession } from "./objects/gcs-session.ts";
import type { GcsOptions } from "./options/gcs-options.ts";
import {
  resolveOptions,
  storageClassFor,
  type ResolvedOptions,
} from "./options/resolved-options.ts";

/**
 * Opens the tier: looks that the bucket is there, and applies the lifecycle rules. `storage`: a client of the user's, whose endpoint and
 * credentials count instead of those in `options`; it is not closed. Throws `auth`, `invalid_config` or `tier_unavailable`.
 */
export async function gcsBackend(
  options: GcsOptions,
  context: BackendContext,
  storage?: Storage,
): Promise<ObjectBackend> {
  const resolved = resolveOptions(options);
  const connection = connect(resolved, context, storage);
  const { session } = connection;
  const leaves = context.leaveServer === true;
  try {
    await openBucket(session, {
      isEmulated: connection.storage.customEndpoint,
      ...(resolved.createBucket && !leaves
        ? { create: () => newBucket(connection, resolved) }
        : {}),
    });
    if (resolved.manageBucket && !leaves) {
      const { logger, tier } = context;
      const { lifecycleRules: rules, layout } = resolved;
      await applyLifecycle(session, { rules, layout, logger, tier });
    }
  } catch (error) {
    session.transport[Symbol.dispose]();
    throw error;
  }
  return composeBackend(session, resolved, context);
}

/** The tier over a session that it will close; sends nothing. */
export function composeBackend(
  session: GcsSession,
  options: ResolvedOptions,
  context: BackendContext,
): ObjectBackend {
  const { layout } = options;
  const client = new GcsObjectClient(session, {
    random: context.random,
    uploadPrefix: layout.uploads,
    kmsKeyName: options.kmsKeyName,
    maxValueBytes: options.maxValueBytes,
    resumableAboveBytes: options.resumableAboveBytes,
  });
  const backend = {
    layout,
    defaultTtl: options.defaultTtl,
    concurrency: options.concurrency,
    ...(options.writeIntervalMs > 0 ? { coalesceMs: options.writeIntervalMs } : {}),
    storageClassFor: (key: string) => storageClassFor(key, options),
  };
  return new ObjectBackend(client, backend, context);
}

async function newBucket(
  { storage }: GcsConnection,
  { projectId, location }: ResolvedOptions,
): Promise<NewBucket> {
  return { projectId: projectId ?? (await storage.authClient.getProjectId()), location };
}
