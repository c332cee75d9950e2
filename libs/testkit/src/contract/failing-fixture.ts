import type { CacheBackend, CacheErrorCode } from "@cogniverse/sdk";

/**
 * A state in which every call fails: `auth` wrong credentials; `missing` the bucket or database that is configured does not exist;
 * `throttled` the server asks to be left alone; `unavailable` it answers that it cannot (5xx, LOADING); `silent` it takes the
 * connection and never answers, the backend having a limit of its own below the contract's `timeoutMs`; `stopped` nobody listens;
 * `large` a value above what server or policy take.
 */
export type FailureKind =
  | "auth"
  | "missing"
  | "throttled"
  | "unavailable"
  | "silent"
  | "stopped"
  | "large";

/** All of them. */
export const FAILURE_KINDS: readonly FailureKind[] = [
  "auth",
  "missing",
  "throttled",
  "unavailable",
  "silent",
  "stopped",
  "large",
];

/** A backend in one of these states; the suite disposes of it, not of the backend. */
export interface FailingFixture extends Partial<AsyncDisposable> {
  readonly backend: CacheBackend;
  /** What must not appear in any error: passwords, secret keys, tokens. Looked for as they are, percent-encoded and in base64. */
  readonly secrets?: readonly string[];
  /** For `large`: the size of a value that is too large. */
  readonly valueBytes?: number;
}

/** How to get a backend into such a state. Each kind that is there is a rule of the contract. */
export type Failures = Readonly<
  Partial<Record<FailureKind, () => Promise<FailingFixture> | FailingFixture>>
>;

/** What errors a state may show as, and whether the same call may succeed later without anybody changing anything. */
export const EXPECTED_ERRORS: Readonly<
  Record<FailureKind, Readonly<{ codes: readonly CacheErrorCode[]; retryable: boolean }>>
> = {
  auth: { codes: ["auth"], retryable: false },
  missing: { codes: ["tier_unavailable", "invalid_config"], retryable: false },
  throttled: { codes: ["throttled"], retryable: true },
  unavailable: { codes: ["tier_unavailable"], retryable: true },
  silent: { codes: ["timeout"], retryable: true },
  stopped: { codes: ["tier_unavailable"], retryable: true },
  large: { codes: ["too_large"], retryable: false },
};
