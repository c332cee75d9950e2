import type { BackendContext, BackendModule, Call, Examination } from "@cogniverse/sdk";
import { examineBucket } from "./bucket/examine-bucket.ts";
import { gcsBackend } from "./gcs-backend.ts";
import { connect } from "./gcs-connection.ts";
import type { GcsOptions } from "./options/gcs-options.ts";
import { gcsSchema, parseGcsOptions } from "./options/parse-options.ts";
import { resolveOptions } from "./options/resolved-options.ts";

/** The Google Cloud Storage tier for configuration files: `backend: gcs`. */
export const backendModule: BackendModule<GcsOptions> = {
  name: "gcs",
  jsonSchema: gcsSchema,
  profile: { traits: { locality: "shared", durable: true }, logLeaseMs: "network" },
  parse: parseGcsOptions,
  create: (options, context) => gcsBackend(options, context),
  examine,
};

async function examine(
  options: GcsOptions,
  context: BackendContext,
  call: Call = {},
): Promise<Examination> {
  const resolved = resolveOptions(options);
  const { session } = connect(resolved, context);
  using _ = session.transport;
  return await examineBucket(session, resolved, context.clock, call.signal);
}
