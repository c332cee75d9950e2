import { Storage } from "@google-cloud/storage";
import type { BackendContext } from "@cogniverse/sdk";
import { GcsSession } from "./objects/gcs-session.ts";
import type { ResolvedOptions } from "./options/resolved-options.ts";
import { credentialsOf } from "./transport/credentials.ts";
import { GcsTransport } from "./transport/gcs-transport.ts";

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
  const { projectId, endpoint, keyFilename, credentials } = options;
  const ownCredentials = keyFilename !== undefined || credentials !== undefined;
  return {
    ...(projectId === undefined ? {} : { projectId }),
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
    ...(keyFilename === undefined ? {} : { keyFilename }),
    ...(credentials === undefined ? {} : { credentials }),
    useAuthWithCustomEndpoint: ownCredentials,
  };
}
