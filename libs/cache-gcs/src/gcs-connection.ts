import { Storage } from "@google-cloud/storage";
import type { BackendContext } from "@cogniverse/sdk";
import { JWT } from "google-auth-library";
import { GcsSession } from "./objects/gcs-session.ts";
import type { ResolvedOptions } from "./options/resolved-options.ts";
import { credentialsOf } from "./transport/credentials.ts";
import { GcsTransport } from "./transport/gcs-transport.ts";

/** Objects and the settings of buckets. What may be done with them is for IAM to say. */
const SCOPES = ["https://www.googleapis.com/auth/devstorage.full_control"];

/** A session and the client library's object behind it, which gives it tokens and addresses. */
export type GcsConnection = Readonly<{ session: GcsSession; storage: Storage }>;

/** Sends nothing yet. `given`: a client of the user's, which keeps its endpoint and credentials and is not closed here. */
export function connect(
  options: ResolvedOptions,
  context: BackendContext,
  given?: Storage,
): GcsConnection {
  const storage = given ?? new Storage(storageOptions(options));
  const transport = new GcsTransport({
    origin: new URL(storage.apiEndpoint),
    credentials: credentialsOf(storage),
    concurrency: options.concurrency,
    connectTimeoutMs: options.connectTimeoutMs,
    timeoutMs: options.timeoutMs,
    userProject: options.userProject,
  });
  const { tier, clock, random } = context;
  const retries = { maxRetries: options.maxRetries, totalMs: options.timeoutMs, clock, random };
  return { storage, session: new GcsSession({ tier, bucket: options.bucket, transport, retries }) };
}

function storageOptions(options: ResolvedOptions): ConstructorParameters<typeof Storage>[0] {
  const { projectId, endpoint } = options;
  const authClient = serviceAccount(options);
  return {
    ...(projectId === undefined ? {} : { projectId }),
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
    ...(authClient === undefined ? {} : { authClient, useAuthWithCustomEndpoint: true }),
  };
}

/** Only of this one kind: files from elsewhere that name their own token service would let it ask for anything. */
function serviceAccount({ keyFilename, credentials }: ResolvedOptions): JWT | undefined {
  if (keyFilename !== undefined) return new JWT({ keyFile: keyFilename, scopes: SCOPES });
  if (credentials === undefined) return undefined;
  const { client_email: email, private_key: key } = credentials;
  return new JWT({ email, key, scopes: SCOPES });
}
