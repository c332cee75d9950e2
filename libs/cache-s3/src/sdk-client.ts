import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { ResolvedOptions } from "./options.ts";

/**
 * The SDK's client for a tier: one attempt a request, since tiers have time limits and breakers of their own; sockets that live on, one for each
 * request under way; checksums left to {@link S3ObjectClient}, which does not need a stream of its own to verify one.
 */
export function sdkClient(options: ResolvedOptions): S3Client {
  const client = new S3Client({
    ...addressOf(options),
    ...identityOf(options),
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: requestHandler(options),
  });
  client.middlewareStack.add(
    (next) => (args) => {
      // The header is written by now; what is left of this property makes the SDK verify the body in a stream of its own.
      const input = { ...args.input, ChecksumMode: undefined };
      return next("ChecksumMode" in args.input ? { ...args, input } : args);
    },
    { step: "build", name: "verifyOutsideOfTheStream" },
  );
  return client;
}

function addressOf({ region, endpoint, pathStyle }: ResolvedOptions): S3ClientConfig {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: pathStyle,
  };
}

/** Nothing given: the SDK's default chain (environment, shared files, single sign-on, container and instance roles). */
function identityOf({ credentials, profile }: ResolvedOptions): S3ClientConfig {
  if (credentials !== undefined) return { credentials };
  return profile === undefined ? {} : { profile };
}

/** `socketTimeout`: no byte in either direction for so long. A limit on the whole request would forbid large bodies over slow lines. */
function requestHandler(options: ResolvedOptions): NodeHttpHandler {
  const { concurrency, connectTimeoutMs, requestTimeoutMs } = options;
  const sockets = { keepAlive: true, maxSockets: concurrency, maxFreeSockets: concurrency };
  return new NodeHttpHandler({
    connectionTimeout: connectTimeoutMs,
    socketTimeout: requestTimeoutMs,
    httpAgent: new HttpAgent(sockets),
    httpsAgent: new HttpsAgent(sockets),
  });
}
