import type { Resident, ResidentSpace } from "@cogniverse/sdk";
import type { entryBackend } from "@cogniverse/testkit";

/** Residents by tenant; `forget` is for writes beside them. */
export function residentStore(
  inner: () => ReturnType<typeof entryBackend>,
): (tenantId: string) => ResidentSpace & { forget(key: string): void } {
  return (tenantId) => {
    const held = new Map<string, Resident>();
    return {
      find: (key) => held.get(key),
      insert({ key, entry, value, note, checkedAt }) {
        if ((held.get(key)?.entry.metadata.asOf ?? 0) > entry.metadata.asOf) return undefined;
        const expiresAt = entry.metadata.expiresAt ?? Infinity;
        const resident = { key, entry, value, expiresAt, note, checkedAt, visited: false };
        held.set(key, resident);
        // The inner store does its work before it first awaits.
        void inner().entries.putEntry(key, entry, tenantId);
        return resident;
      },
      drop(resident) {
        if (held.get(resident.key) === resident) held.delete(resident.key);
      },
      forget: (key) => void held.delete(key),
    };
  };
}
