import { setImmediate as nextTurn } from "node:timers/promises";
import type { BackendPurgeOptions } from "@cogniverse/sdk";
import type { CleanupParts } from "./cleanup.ts";
import type { Found } from "./entry-index.ts";
import { keyRange } from "./entry-key.ts";

/** Rows that one transaction removes. */
const STEP = 256;

type Parts = Pick<CleanupParts, "environment" | "index" | "room" | "writes" | "graveyard">;

/** Removes all rows of a tenant, of expired entries and of records that this release does not know too, and waits until their files are unlinked. */
export async function purgeTenant(
  parts: Parts,
  tenantId: string,
  { signal, onRemoved }: BackendPurgeOptions,
): Promise<number> {
  const { environment, index, room, writes, graveyard } = parts;
  const { start, end } = keyRange(tenantId, "", undefined);
  let removed = 0;
  for (;;) {
    signal?.throwIfAborted();
    environment.refresh();
    const taken = await writes.run(() => {
      const rows = [...index.entries.getRange({ start, end, limit: STEP })];
      return rows.map((row): Found | undefined => {
        const key = Buffer.from(row.key);
        const found = index.find(key);
        if (found === undefined) index.entries.removeSync(key);
        else room.drop(found);
        return found;
      });
    });
    await graveyard.dig(
      taken.flatMap((found) => (found?.head.inFile === true ? [{ id: found.head.id }] : [])),
    );
    removed += taken.length;
    onRemoved?.(removed);
    if (taken.length < STEP) break;
    await nextTurn();
  }
  // Files that were replaced or deleted before, and are on their way out.
  await graveyard.settled();
  return removed;
}
