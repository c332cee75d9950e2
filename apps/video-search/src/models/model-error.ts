/**
 * `unreachable`: no connection. `timeout`: no answer in time. `throttled`: 429. `rejected`: another
 * 4xx. `unavailable`: 5xx. `garbage`: an answer that is not what the protocol says. `input`: a
 * picture that cannot be decoded. `worker`: the embedded model failed. `closed`: used after closing.
 * `config`: a model is named by half.
 */
export type ModelErrorCode =
  | "unreachable"
  | "timeout"
  | "throttled"
  | "rejected"
  | "unavailable"
  | "garbage"
  | "input"
  | "worker"
  | "closed"
  | "config";

const RETRYABLE: ReadonlySet<ModelErrorCode> = new Set([
  "unreachable",
  "timeout",
  "throttled",
  "unavailable",
]);

/** A model could not answer. Nothing was computed; nothing may be cached. */
export class ModelError extends Error {
  readonly brand = "cogniverse.video.model";
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
  /** How long the server asks to be left alone, where it says so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ModelErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }

  /** By brand, since `instanceof` fails across realms. */
  static isInstance(error: unknown): error is ModelError {
    return (
      typeof error === "object" &&
      error !== null &&
      "brand" in error &&
      error.brand === "cogniverse.video.model"
    );
  }
}
