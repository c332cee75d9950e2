import { types } from "node:util";
import { CacheError } from "@cogniverse/sdk";
import type { KnownSecrets } from "./known-secrets.ts";
import { showsNoSecret } from "./shows-no-secret.ts";

/** Causes of causes kept at most; errors may go round in a circle. */
const CAUSES = 8;
/** So much of a text is looked through, in characters: who shows errors shows less. */
const LONGEST = 16_384;

/**
 * The same error where a print of it shows no secret; else, and where it is too large to tell, a new one of the same code with texts masked and
 * without what clients hang on their errors (the command that failed, the request with its headers). Never throws, and takes
 * milliseconds at most, whatever was thrown: it stands between a read and its caller.
 */
export function maskedError(error: unknown, secrets: KnownSecrets): unknown {
  return showsNoSecret(error, secrets) ? error : bare(error, secrets, CAUSES);
}

function bare(error: unknown, secrets: KnownSecrets, causes: number): unknown {
  if (typeof error === "string") return shown(error, secrets);
  if (typeof error !== "object" || error === null) return error;
  const text = (name: string): string | undefined => {
    const value = property(error, name);
    return typeof value === "string" ? shown(value, secrets) : undefined;
  };
  const cause = property(error, "cause");
  const options =
    cause === undefined || causes === 0 ? {} : { cause: bare(cause, secrets, causes - 1) };
  const message = text("message") ?? "";
  const known = cacheErrorOf(error);
  const masked =
    known === undefined
      ? new Error(message, options)
      : new CacheError(known.code, message, { ...options, retryable: known.retryable });
  const own = { name: text("name"), stack: text("stack"), code: known?.code ?? text("code") };
  for (const [name, value] of Object.entries(own))
    if (value !== undefined)
      Object.defineProperty(masked, name, { value, configurable: true, writable: true });
  return masked;
}

function shown(text: string, secrets: KnownSecrets): string {
  return secrets.mask(text.length <= LONGEST ? text : text.slice(0, LONGEST));
}

function cacheErrorOf(error: object): CacheError | undefined {
  return !types.isProxy(error) && CacheError.isInstance(error) ? error : undefined;
}

/** `undefined` also where a getter throws. */
function property(error: object, name: string): unknown {
  try {
    return Reflect.get(error, name);
  } catch {
    return undefined;
  }
}
