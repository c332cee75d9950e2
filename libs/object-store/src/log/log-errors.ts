import { CacheError } from "@cogniverse/sdk";

/** The head cannot be replaced, and no other writer is the reason. */
export function refusedHead(tier: string): CacheError {
  return new CacheError(
    "throttled",
    `Tier "${tier}" refuses to replace the head of the invalidation log although nobody else did; ` +
      "see the finding `conditional-writes` of `cogniverse-cache doctor`",
    { retryable: true },
  );
}

/** So many others have replaced the head since that it does not remember whether this replacement was among them. */
export function unknownOutcome(tier: string): CacheError {
  return new CacheError(
    "timeout",
    `Tier "${tier}" did not say in time whether it took an invalidation. Invalidate again: twice does no harm`,
    { retryable: true },
  );
}

/** Whether an error says that the same request has no chance. */
export function isFinal(error: unknown): boolean {
  return !(CacheError.isInstance(error) && error.retryable);
}
