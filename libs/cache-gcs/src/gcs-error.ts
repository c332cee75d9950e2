import { CacheError, type CacheErrorCode } from "@cogniverse/sdk";

/** What was being done, for messages: `operation` as an operator calls it, `key` the object's whole name where there is one. */
export type Doing = Readonly<{ tier: string; bucket: string; operation: string; key?: string }>;

/** An answer that is none of the expected ones. `reason`: the service's own word for it, `said`: its sentence. */
export type Refusal = Readonly<{ status: number; reason: string; said: string }>;

type Meaning = Readonly<{ code: CacheErrorCode; advice: string; retryable?: boolean }>;

const THROTTLED: Meaning = {
  code: "throttled",
  advice: "The service asks to be called less often; one object takes about one write a second.",
  retryable: true,
};
const LOGIN =
  "Check key_filename or credentials, or run `gcloud auth application-default login`; the roles needed are in the README of @cogniverse/cache-gcs.";

/** Reasons that say more than their status. */
const BY_REASON: Readonly<Record<string, Meaning>> = {
  rateLimitExceeded: THROTTLED,
  userRateLimitExceeded: THROTTLED,
  SlowDown: THROTTLED,
  retentionPolicyNotMet: {
    code: "tier_unavailable",
    advice: "The bucket's retention policy forbids it; a cache needs a bucket without one.",
  },
  objectUnderActiveHold: {
    code: "tier_unavailable",
    advice: "The object is under a hold; turn the bucket's default event-based hold off.",
  },
  userProjectMissing: {
    code: "invalid_config",
    advice: "The bucket is requester pays: set user_project to the project that pays.",
  },
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: { code: "tier_unavailable", advice: "The service calls the request wrong." },
  401: { code: "auth", advice: LOGIN },
  403: { code: "auth", advice: LOGIN },
  408: { code: "timeout", advice: "The service waited too long for us.", retryable: true },
  413: { code: "too_large", advice: "Lower max_value_bytes below the size the service takes." },
  429: THROTTLED,
};

/** What an answer of the service means to the cache. Names tier, bucket, operation and key, and what to do; no credential. */
export function refusalError(doing: Doing, refusal: Refusal): CacheError {
  if (refusal.status === 404) return missingBucketError(doing);
  const meaning = BY_REASON[refusal.reason] ?? BY_STATUS[refusal.status] ?? byClass(refusal.status);
  const said = refusal.said === "" ? "" : `: ${oneLine(refusal.said)}`;
  const message = `${begin(doing)}: ${refusal.status} ${refusal.reason}${said}. ${meaning.advice}`;
  return new CacheError(meaning.code, message, { retryable: meaning.retryable ?? false });
}

/** The bucket is not there. */
export function missingBucketError(doing: Doing): CacheError {
  const command = `gcloud storage buckets create gs://${doing.bucket} --location=LOCATION --soft-delete-duration=0`;
  return new CacheError(
    "tier_unavailable",
    `${begin(doing)}: bucket "${doing.bucket}" does not exist. Make it with \`${command}\`, or set create_bucket: true.`,
  );
}

/** What a connection that failed, or bytes that stopped coming, mean to the cache. `error` passes on where it is a CacheError. */
export function connectionError(doing: Doing, error: unknown): CacheError {
  if (CacheError.isInstance(error)) return error;
  const code = systemCode(error);
  return new CacheError(
    "tier_unavailable",
    `${begin(doing)}: ${code}. Check that the endpoint can be reached from here.`,
    { retryable: true, cause: bare(error) },
  );
}

/** Nothing came for `timeoutMs`. */
export function timeoutError(doing: Doing, timeoutMs: number): CacheError {
  return new CacheError("timeout", `${begin(doing)}: nothing came for ${timeoutMs} ms.`, {
    retryable: true,
  });
}

/** What came is not what the service holds, though the connection called it whole. */
export function damagedError(doing: Doing, how: string): CacheError {
  return new CacheError("tier_unavailable", `${begin(doing)}: ${how}.`, { retryable: true });
}

/** The configuration forbids so large a value. Nothing was sent of it. */
export function tooLargeError(doing: Doing, bytes: number, maxBytes: number): CacheError {
  const advice = `max_value_bytes is ${maxBytes}; raise it, or leave this tier out for this key type`;
  return new CacheError("too_large", `${begin(doing)}: it has ${bytes} bytes or more, ${advice}.`);
}

/** Credentials could not be had at all. The client's own error may carry requests with secrets: only its sentence goes on. */
export function credentialsError(doing: Doing, error: unknown): CacheError {
  const said = error instanceof Error ? oneLine(error.message) : "unknown";
  return new CacheError("auth", `${begin(doing)}: no credentials: ${said}. ${LOGIN}`);
}

/** "Tier "cold" could not read tenants/a/b in gs://bucket". */
export function begin(doing: Doing): string {
  const what = doing.key === undefined ? "" : ` "${doing.key}"`;
  return `Tier "${doing.tier}" could not ${doing.operation}${what} in gs://${doing.bucket}`;
}

function byClass(status: number): Meaning {
  return status >= 500
    ? {
        code: "tier_unavailable",
        advice: "The service failed; it may work later.",
        retryable: true,
      }
    : { code: "tier_unavailable", advice: "The service refused." };
}

function systemCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "the connection failed";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? oneLine(error.message) : "the connection failed";
}

/** The error without what a client may have hung onto it. */
function bare(error: unknown): Error {
  return new Error(systemCode(error));
}

function oneLine(text: string): string {
  const line = text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\/\/[^/@\s]*@/g, "//***@")
    .trim();
  return line.length > 240 ? `${line.slice(0, 240)}...` : line;
}
