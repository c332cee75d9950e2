import { CacheError, type CacheErrorCode } from "@cogniverse/sdk";
import type { S3Failure } from "./s3-failure.ts";

/** Where requests go, for messages. `secrets` never appear in one. */
export type S3Place = Readonly<{
  tier: string;
  bucket: string;
  endpoint?: string | undefined;
  region?: string | undefined;
  secrets: readonly string[];
}>;

/** What was being done: S3's name of the operation, and the object where there is one. */
export type S3Doing = Readonly<{ operation: string; name?: string | undefined }>;

type Meaning = Readonly<{ code: CacheErrorCode; retryable: boolean; advice: string }>;

const AUTH: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccountProblem",
  "AllAccessDisabled",
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidSecurity",
  "InvalidToken",
  "NotSignedUp",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "TokenRefreshRequired",
]);

const THROTTLED: ReadonlySet<string> = new Set([
  "BandwidthLimitExceeded",
  "RequestLimitExceeded",
  "RequestThrottled",
  "ServiceUnavailable",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
]);

const TOO_LARGE: ReadonlySet<string> = new Set([
  "EntityTooLarge",
  "KeyTooLongError",
  "MaxMessageLengthExceeded",
  "MetadataTooLarge",
  "RequestHeaderSectionTooLarge",
]);

const TIMED_OUT: ReadonlySet<string> = new Set(["ETIMEDOUT", "RequestTimeout", "TimeoutError"]);

/** The connection failed, not the request. */
const DROPPED: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

/** The bytes were damaged on their way: the same request may succeed. */
const DAMAGED: ReadonlySet<string> = new Set([
  "BadDigest",
  "InvalidDigest",
  "XAmzContentChecksumMismatch",
  "XAmzContentSHA256Mismatch",
]);

/** Whether the connection broke before there was an answer. */
export function isDropped({ code, status }: S3Failure): boolean {
  return status === undefined && DROPPED.has(code);
}

/** Names tier, bucket, operation, object and what to do; carries nothing of the request but the service's request id. */
export function translateS3Failure(failure: S3Failure, doing: S3Doing, place: S3Place): CacheError {
  const { code, retryable, advice } = meaningOf(failure, place);
  const { operation, name } = doing;
  const object = name === undefined ? "" : ` of ${JSON.stringify(name)}`;
  const said = failure.status === undefined ? failure.code : `${failure.code}, ${failure.status}`;
  const message = `Tier "${place.tier}": ${operation}${object} in S3 bucket "${place.bucket}" failed (${said}). ${advice}`;
  return new CacheError(code, masked(message, place), {
    retryable,
    cause: bareCause(failure, place),
  });
}

function meaningOf(failure: S3Failure, place: S3Place): Meaning {
  const { code, status } = failure;
  if (TIMED_OUT.has(code)) return passing("timeout", "It did not answer in time.");
  if (isDropped(failure)) return passing("tier_unavailable", unreachable(place));
  if (code === "NoSuchBucket") return lasting("tier_unavailable", missingBucket(place));
  if (isElsewhere(failure)) return lasting("invalid_config", regionAdvice(failure));
  if (THROTTLED.has(code) || status === 429 || status === 503)
    return passing("throttled", "It asks for fewer requests; they are resumed later.");
  if (AUTH.has(code) || status === 401 || status === 403) return lasting("auth", authAdvice(code));
  if (TOO_LARGE.has(code) || status === 413)
    return lasting("too_large", "Lower max_value_bytes, or store less metadata with the entry.");
  if (DAMAGED.has(code)) return passing("tier_unavailable", "The body was damaged on its way.");
  if (status === 409) return passing("tier_unavailable", "Other writers were faster each time.");
  if (status === 501) return lasting("tier_unavailable", "This server does not have it.");
  if (status === undefined || status >= 500 || status < 400)
    return passing("tier_unavailable", failure.message);
  return lasting("tier_unavailable", failure.message);
}

function passing(code: CacheErrorCode, advice: string): Meaning {
  return { code, retryable: true, advice };
}

function lasting(code: CacheErrorCode, advice: string): Meaning {
  return { code, retryable: false, advice };
}

function isElsewhere({ status, code }: S3Failure): boolean {
  if (code === "IllegalLocationConstraintException" || code === "AuthorizationHeaderMalformed")
    return true;
  return status !== undefined && status >= 301 && status <= 308 && status !== 304;
}

function regionAdvice({ region }: S3Failure): string {
  if (region === undefined) return "The bucket is in another region: set its region or endpoint.";
  return `The bucket is in another region: set region: ${region}`;
}

function missingBucket(place: S3Place): string {
  return `The bucket does not exist. Make it: ${makingOf(place)} (or set create_bucket: true)`;
}

/** The command line that makes the bucket. */
export function makingOf(place: Pick<S3Place, "bucket" | "endpoint" | "region">): string {
  const { bucket, endpoint, region } = place;
  const at = endpoint === undefined ? "" : ` --endpoint-url ${withoutUserInfo(endpoint)}`;
  const where = region === undefined ? "" : ` --region ${region}`;
  return `aws s3 mb s3://${bucket}${where}${at}`;
}

function unreachable({ endpoint }: S3Place): string {
  if (endpoint === undefined) return "Check the network, and the region.";
  return `Check that ${withoutUserInfo(endpoint)} runs and can be reached from here.`;
}

function authAdvice(code: string): string {
  switch (code) {
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "TokenRefreshRequired":
      return "The session token has expired: renew it, or let the SDK's default chain do so.";
    case "RequestTimeTooSkewed":
      return "The clock of this machine differs too much from the service's: set it right.";
    case "CredentialsProviderError":
    case "TokenProviderError":
      return "No credentials were found: set access_key_id and secret_access_key, profile, or what the SDK's default chain reads.";
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
      return "The service refuses the credentials: check access_key_id and secret_access_key.";
    default:
      return "The credentials lack the permission (without s3:ListBucket the service also answers so for an object that is not there).";
  }
}

/** SDK errors carry the request, its signature and more that is nobody's business. */
function bareCause(failure: S3Failure, place: S3Place): Error {
  const { code, message, requestId } = failure;
  const cause = new Error(masked(message, place));
  cause.name = code;
  return requestId === undefined ? cause : Object.assign(cause, { requestId });
}

function masked(text: string, { secrets }: S3Place): string {
  let clean = withoutUserInfo(text);
  for (const secret of secrets) clean = clean.replaceAll(secret, "***");
  return clean;
}

/** A URL without the user and password that it may hold. */
function withoutUserInfo(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^/\s@]*@/g, "$1***@");
}
