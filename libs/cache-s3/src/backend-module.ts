import type { ObjectBackend } from "@cogniverse/object-store";
import type { BackendContext, BackendModule, Call, Examination } from "@cogniverse/sdk";
import { openBucket } from "./bucket.ts";
import { examineBucket } from "./examine.ts";
import { resolveOptions, type S3Options } from "./options.ts";
import { parseS3Options, s3Schema } from "./parse-options.ts";
import { s3Backend } from "./s3-backend.ts";

async function examine(
  options: S3Options,
  context: BackendContext,
  call?: Call,
): Promise<Examination> {
  const resolved = resolveOptions(options);
  const bucket = openBucket(resolved, { context });
  try {
    return await examineBucket({ bucket, options: resolved, context, call });
  } finally {
    await bucket.objects[Symbol.asyncDispose]();
  }
}

/** The S3 tier for configuration files: `backend: s3`. */
export const backendModule: BackendModule<S3Options> = {
  name: "s3",
  jsonSchema: s3Schema,
  profile: { traits: { locality: "shared", durable: true }, logLeaseMs: "network" },
  parse: parseS3Options,
  create: (options, context): Promise<ObjectBackend> => s3Backend(options, context),
  examine,
};
