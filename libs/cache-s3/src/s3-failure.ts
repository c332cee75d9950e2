/** What an answer or a broken connection says, whichever of the SDK's shapes it came in. `code` is the service's or the system's. */
export type S3Failure = Readonly<{
  code: string;
  message: string;
  status?: number;
  requestId?: string;
  /** Where the bucket is, if the service says so. */
  region?: string;
  /** The SDK has corrected its clock: the same request may succeed now. */
  clockCorrected: boolean;
}>;

type Loose = Readonly<Record<string, unknown>>;

const WRAPPED = /^AWS SDK error wrapper for (\w+)(.*)/s;
const SYSTEM_CODE = /\bE[A-Z_]{3,}\b/;

/** Reads what was thrown by `S3Client.send` or by a body. Never throws. */
export function readFailure(error: unknown): S3Failure {
  if (!isObject(error)) return { code: "unknown", message: String(error), clockCorrected: false };
  const metadata = isObject(error["$metadata"]) ? error["$metadata"] : {};
  const status = metadata["httpStatusCode"];
  const requestId = metadata["requestId"];
  const region = regionOf(error);
  return {
    code: codeOf(error),
    message: typeof error["message"] === "string" ? error["message"] : "",
    ...(typeof status === "number" ? { status } : {}),
    ...(typeof requestId === "string" ? { requestId } : {}),
    ...(region === undefined ? {} : { region }),
    clockCorrected: metadata["clockSkewCorrected"] === true,
  };
}

/** Nothing is stored under that name. A missing bucket is something else. */
export function isAbsent({ status, code }: S3Failure): boolean {
  return status === 404 && code !== "NoSuchBucket" && code !== "NoSuchUpload";
}

/** A condition was not met: 412, or for a condition on an etag 404, where nothing is stored any more. */
export function isUnmet(failure: S3Failure): boolean {
  return failure.status === 412 || isAbsent(failure);
}

/** Another write of this name was under way: S3 asks to repeat the whole operation. */
export function isConflict({ status, code }: S3Failure): boolean {
  return status === 409 && (code === "ConditionalRequestConflict" || code === "OperationAborted");
}

/** In a class that must be restored first. */
export function isArchived({ code }: S3Failure): boolean {
  return code === "InvalidObjectState";
}

/** The system's code first: the SDK calls a connection that was reset a time-out. */
function codeOf(error: Loose): string {
  const code = error["code"];
  const name = error["name"];
  const message = error["message"];
  if (typeof code === "string" && code !== "") return code;
  const wrapped = WRAPPED.exec(typeof message === "string" ? message : "");
  if (wrapped !== null) return wrappedCode(wrapped[1] ?? "unknown", wrapped[2] ?? "");
  return typeof name === "string" && name !== "" ? name : "unknown";
}

/**
 * Of what the SDK makes of an error of another realm: a text, without the system's code. It calls a broken connection a time-out there too, but
 * its own time-outs are of its own realm and never come so; and Node names no code where the other side hung up.
 */
function wrappedCode(name: string, text: string): string {
  return SYSTEM_CODE.exec(text)?.[0] ?? (name === "TimeoutError" ? "ECONNRESET" : name);
}

function regionOf(error: Loose): string | undefined {
  if (typeof error["Region"] === "string") return error["Region"];
  const response = error["$response"];
  const headers = isObject(response) ? response["headers"] : undefined;
  const header = isObject(headers) ? headers["x-amz-bucket-region"] : undefined;
  return typeof header === "string" ? header : undefined;
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null;
}
