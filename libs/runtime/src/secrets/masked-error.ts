import { inspect } from "node:util";
import { CacheError } from "@cogniverse/sdk";
import type { KnownSecrets } from "./known-secrets.ts";

/** So far into an error's properties a print of it goes at most. */
const DEPTH = 8;

/**
 * The same error where a print of it shows no secret; else a new one of the same code with the message masked and without what clients
 * hang on their errors (the command that failed, the request with its headers).
 */
export function maskedError(error: unknown, secrets: KnownSecrets): unknown {
  const shown = inspect(error, { depth: DEPTH });
  return secrets.mask(shown) === shown ? error : bare(error, secrets);
}

function bare(error: unknown, secrets: KnownSecrets): Error {
  const message = secrets.mask(error instanceof Error ? error.message : String(error));
  const cause = causeOf(error);
  const options = cause === undefined ? {} : { cause: bare(cause, secrets) };
  if (CacheError.isInstance(error))
    return new CacheError(error.code, message, { ...options, retryable: error.retryable });
  return new Error(message, options);
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
