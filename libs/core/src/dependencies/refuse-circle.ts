import { CacheError, type ScopeStamp } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { ComputeScope } from "../compute/compute-scope.ts";

/**
 * Refuses what a compute read if that was itself derived from the key that is computed, here or in a compute around: each new value of the one would
 * kill the other for ever. Throws `reentrant`.
 */
export function refuseCircle(
  scope: ComputeScope,
  read: string,
  inherited: readonly ScopeStamp[],
): void {
  for (const { scope: source } of inherited) {
    if (source.kind !== "key" || source.value === read) continue;
    const around = scope.around(scope.tenantId, source.value);
    if (around === undefined) continue;
    const [computed, from] = [decodeKey(around.path), decodeKey(read)];
    throw new CacheError(
      "reentrant",
      `The compute of ${computed} reads ${from}, which was derived from ${computed}: each would kill the other for ever. ` +
        `Invalidate ${from} first, or read what it needs from the source`,
    );
  }
}
