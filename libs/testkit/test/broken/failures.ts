import { CacheError, type CacheErrorCode } from "@cogniverse/sdk";
import { type Failures, type FailureKind, faultBackend } from "@cogniverse/testkit";
import { everything, failing, fullBackend } from "../full-backend.ts";
import type { Broken } from "./broken.ts";

type Shown = Readonly<{
  kind: FailureKind;
  rule: string;
  code: CacheErrorCode;
  retryable: boolean;
}>;

const said = (kind: FailureKind, codes: string, retryable: boolean): string =>
  `${kind}: every call rejects with ${codes}, ${retryable ? "" : "not "}to be tried again, without a secret`;

const SHOWN: readonly Shown[] = [
  { kind: "auth", codes: "`auth`", code: "auth", retryable: false },
  {
    kind: "missing",
    codes: "`tier_unavailable` or `invalid_config`",
    code: "tier_unavailable",
    retryable: false,
  },
  { kind: "throttled", codes: "`throttled`", code: "throttled", retryable: true },
  { kind: "unavailable", codes: "`tier_unavailable`", code: "tier_unavailable", retryable: true },
  { kind: "silent", codes: "`timeout`", code: "timeout", retryable: true },
  { kind: "stopped", codes: "`tier_unavailable`", code: "tier_unavailable", retryable: true },
].map(({ codes, ...shown }) => {
  // What the table says, as the type has it.
  const { kind, code, retryable } = shown as Omit<Shown, "rule">;
  return { kind, code, retryable, rule: said(kind, codes, retryable) };
});

function withFailure(kind: FailureKind, make: NonNullable<Failures[FailureKind]>): Failures {
  return { ...everything.failures, [kind]: make };
}

/** A value that mentions a secret some way down. */
function telling(code: CacheErrorCode, retryable: boolean, secret: string): CacheError {
  const command = { name: "auth", args: ["app", secret] };
  const cause = Object.assign(new Error("refused"), { request: { command } });
  return new CacheError(code, "The server refuses", { retryable, cause });
}

/** Each breaks one rule. */
export const brokenFailures: readonly Broken[] = [
  ...SHOWN.flatMap(({ kind, rule, code, retryable }): readonly Broken[] => [
    {
      fault: `${kind} looks like a miss`,
      rule,
      options: { failures: withFailure(kind, () => ({ backend: missing(code, retryable) })) },
    },
    {
      fault: `${kind} is an error of the client`,
      rule,
      options: { failures: withFailure(kind, () => failing(new Error("ECONNRESET"))) },
    },
    {
      fault: `${kind} says the wrong thing about another try`,
      rule,
      options: {
        failures: withFailure(kind, () =>
          failing(new CacheError(code, "no", { retryable: !retryable })),
        ),
      },
    },
    ...["s3cr3t", "a/b+c d"].map((secret) => ({
      fault: `${kind} tells the secret ${secret} in a cause's property`,
      rule,
      options: {
        failures: withFailure(kind, () =>
          failing(telling(code, retryable, encodeURIComponent(secret)), [secret]),
        ),
      },
    })),
  ]),
  {
    fault: "a value that is too large is said to be stored",
    rule: "large: a put is refused, and without a secret",
    options: {
      failures: withFailure("large", () => ({ backend: fullBackend().backend, valueBytes: 1001 })),
    },
  },
  {
    fault: "an abort of a silent call shows as a time-out",
    rule: "silent: an abort ends every call at once, with the signal's reason",
    options: {
      failures: withFailure("silent", () =>
        failing(new CacheError("timeout", "No answer", { retryable: true })),
      ),
    },
  },
  {
    fault: "what waits when the backend closes is a miss",
    rule: "silent: close ends, and what still waits rejects",
    options: {
      failures: withFailure("silent", () => ({
        backend: { ...fullBackend().backend, get: async () => undefined },
      })),
    },
  },
];

/** Everything fails but get, which takes the failure for absence. */
function missing(code: CacheErrorCode, retryable: boolean): ReturnType<typeof faultBackend> {
  const backend = faultBackend(fullBackend().backend);
  backend.faults.fail("*", { times: Infinity }, new CacheError(code, "no", { retryable }));
  return { ...backend, get: async () => undefined };
}
