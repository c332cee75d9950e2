import type { LeaseStore } from "@cogniverse/sdk";

/** Leases of one process. */
export function leaseStore(): LeaseStore {
  const held = new Set<string>();
  let fence = 0;
  return {
    async acquire(key, tenantId) {
      const id = `${tenantId}/${key}`;
      if (held.has(id)) return undefined;
      held.add(id);
      return {
        fence: ++fence,
        signal: new AbortController().signal,
        [Symbol.asyncDispose]: async () => void held.delete(id),
      };
    },
  };
}
