import { CacheError, type CacheErrorOptions } from "@cogniverse/sdk";

/**
 * Why bytes could not be read as npy or npz: `malformed` they break the format or lie about sizes; `unsupported` numpy may
 * read them and this codec does not (object arrays, strings, complex numbers, encryption); `limit` they would unpack to more
 * than the codec's limit; `checksum` they changed since they were written.
 */
export type NpyFailure = "malformed" | "unsupported" | "limit" | "checksum";

/** A `CacheError` of code `undecodable` with the reason as a field. */
export class NpyFormatError extends CacheError {
  override readonly name: string = "NpyFormatError";
  readonly reason: NpyFailure;

  constructor(reason: NpyFailure, message: string, options: CacheErrorOptions = {}) {
    super("undecodable", message, options);
    this.reason = reason;
  }
}
