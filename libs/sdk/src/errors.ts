/**
 * What went wrong, for code:
 * - `tier_unavailable` a tier or the log cannot be reached; `timeout` it did not answer in time; `throttled` it asks to be left alone;
 *   `auth` it refuses our credentials; `too_large` a value above a limit;
 * - `invalid_key`, `invalid_tenant`, `invalid_value`, `invalid_config` bad input, refused before anything was touched;
 * - `undecodable` stored bytes that their codec does not understand;
 * - `reentrant` a compute that waits for itself; `closed` the cache was closed.
 */
export type CacheErrorCode =
  | "tier_unavailable"
  | "timeout"
  | "throttled"
  | "auth"
  | "too_large"
  | "invalid_key"
  | "invalid_tenant"
  | "invalid_value"
  | "invalid_config"
  | "undecodable"
  | "reentrant"
  | "closed";

/** Options of {@link CacheError}. */
export interface CacheErrorOptions {
  readonly cause?: unknown;
  /** True where the same call may succeed later without anybody changing anything. Default false. */
  readonly retryable?: boolean;
}

/** The one error class that this cache throws. Messages name the key, tier or configuration line and what to do. */
export class CacheError extends Error {
  /** Distinguishes these errors across package copies, workers and test realms. */
  readonly brand = "cogniverse.cache.error";
  override readonly name: string = "CacheError";
  readonly code: CacheErrorCode;
  readonly retryable: boolean;

  constructor(code: CacheErrorCode, message: string, options: CacheErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  /** By brand, not by prototype: right where `instanceof` is not. */
  static isInstance(error: unknown): error is CacheError {
    return (
      typeof error === "object" &&
      error !== null &&
      "brand" in error &&
      error.brand === "cogniverse.cache.error"
    );
  }
}
