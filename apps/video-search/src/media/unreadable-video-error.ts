/**
 * Why a file cannot be used: `missing` (no such file, or not a regular file), `empty` (0 bytes),
 * `not-media` (no container FFmpeg knows, or one cut off before its index), `no-video` (a container
 * without a moving picture, for example a song with a cover), `damaged` (it opens, but its frames
 * cannot be decoded), `truncated` (frames end long before the declared end), `changed` (its content is
 * not what was ingested).
 */
export type UnreadableVideoReason =
  | "missing"
  | "empty"
  | "not-media"
  | "no-video"
  | "damaged"
  | "truncated"
  | "changed";

/** The one error for a file that cannot be used; its message is one line, fit for a terminal. */
export class UnreadableVideoError extends Error {
  readonly brand = "cogniverse.video.unreadable";
  override readonly name = "UnreadableVideoError";
  readonly path: string;
  readonly reason: UnreadableVideoReason;

  constructor(
    path: string,
    reason: UnreadableVideoReason,
    detail: string,
    options: ErrorOptions = {},
  ) {
    super(`${path}: ${detail}`, options);
    this.path = path;
    this.reason = reason;
  }

  /** By brand, since `instanceof` fails across realms. */
  static isInstance(error: unknown): error is UnreadableVideoError {
    return (
      typeof error === "object" &&
      error !== null &&
      "brand" in error &&
      error.brand === "cogniverse.video.unreadable"
    );
  }
}
