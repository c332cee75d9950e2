import { context } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { Options } from "@cogniverse/sdk";
import { adviceOn } from "../otlp/export-failure.ts";
import { annotationBody, type HitOutcome } from "./annotation-form.ts";

/** Where annotations go. */
export interface AnnotationTarget {
  /** Of `POST /v1/span_annotations`. */
  readonly url: string;
  /** With `authorization`, where Phoenix asks for it. */
  readonly headers: Readonly<Record<string, string>>;
  /** The longest that one request takes, in milliseconds. */
  readonly timeoutMs: number;
}

/** Why a request was in vain. */
export type PostFailure = Readonly<{ reason: string; retryable: boolean }>;

/** A connection that was kept open and closed by the other side meanwhile: nothing is wrong with who is there. */
const STALE: readonly string[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/**
 * Sends one request, and a second one where it met a connection that had been closed: to annotate twice does no harm. Without a span of an instrumented `fetch`. Phoenix answers before it stores: annotations of spans that it does not have yet
 * wait there, and are tried every 10 s for 10 minutes (20.26.1; with `sync=true` it refuses them). Never rejects; `undefined` is success.
 */
export async function postAnnotations(
  target: AnnotationTarget,
  outcomes: readonly HitOutcome[],
  options: Options<{ signal: AbortSignal }> = {},
): Promise<PostFailure | undefined> {
  const failure = await post(target, outcomes, options);
  const isStale = failure !== undefined && STALE.includes(failure.reason);
  return isStale ? post(target, outcomes, options) : failure;
}

async function post(
  target: AnnotationTarget,
  outcomes: readonly HitOutcome[],
  { signal }: Options<{ signal: AbortSignal }>,
): Promise<PostFailure | undefined> {
  const timeout = AbortSignal.timeout(target.timeoutMs);
  try {
    const response = await context.with(suppressTracing(context.active()), () =>
      fetch(target.url, {
        method: "POST",
        headers: { ...target.headers, "content-type": "application/json" },
        body: annotationBody(outcomes),
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      }),
    );
    await response.body?.cancel();
    if (response.ok) return undefined;
    const retryable = response.status >= 500 || response.status === 429;
    const advice = adviceOn("annotations", response.status);
    return { reason: `status ${response.status}${advice}`, retryable };
  } catch (error) {
    return { reason: reasonOf(error), retryable: true };
  }
}

/** `fetch` hides why behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(typeof error === "object" && error !== null)) return String(error);
  const cause = "cause" in error ? error.cause : undefined;
  if (typeof cause === "object" && cause !== null && "code" in cause) return String(cause.code);
  return "name" in error ? String(error.name) : "unknown";
}
