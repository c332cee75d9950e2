import { CacheError } from "@cogniverse/sdk";

/**
 * Takes a put or an invalidation that was refused because the cache's log cannot be reached, and throws anything else on. A film is ingested all the
 * same: frames that are not stored are decoded again when they are asked for, and under keys that hold their content frames too many do no harm.
 */
export function unlessDown(error: unknown): void {
  if (!CacheError.isInstance(error) || !error.retryable) throw error;
}
