import type { ComputeContext } from "@cogniverse/sdk";
import type { KeyRegistry } from "../keys/key-registry.ts";
import { checkTag } from "../keys/check-tag.ts";
import { checkTtl } from "../policy/check-ttl.ts";
import type { ComputeScope } from "./compute-scope.ts";

/** What a compute sees of its own scope. `key` is the key as text. */
export function makeContext(
  scope: ComputeScope,
  signal: AbortSignal,
  key: string,
  registry: KeyRegistry,
): ComputeContext {
  return {
    signal,
    key,
    tenantId: scope.tenantId,
    setTags(...tags) {
      for (const tag of tags) scope.tags.add(checkTag(tag));
    },
    setTtl(seconds) {
      scope.ttl = checkTtl(seconds);
    },
    dependsOn(...sources) {
      // What was read around the cache may have been read at any moment of the compute: its beginning is the safe one.
      for (const source of sources) {
        scope.stamps.add({
          scope: { kind: "key", value: registry.resolve(source).path },
          asOf: scope.asOf,
        });
      }
    },
  };
}
