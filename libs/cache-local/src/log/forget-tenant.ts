import { setImmediate as nextTurn } from "node:timers/promises";
import type { Position } from "@cogniverse/sdk";
import type { WriteQueue } from "../write-queue.ts";
import type { LogStore } from "./log-store.ts";

/** Rows that one transaction removes: some milliseconds, beside the flush. */
const STEP = 512;

/** Whose records go. `look`: runs what it is given on one LMDB snapshot. */
export type Forgetting = Readonly<{
  tenantId: string;
  before: Position;
  signal: AbortSignal | undefined;
  look: <T>(read: () => T) => T;
}>;

/**
 * Takes what a log says of a tenant below a position out of it, in transactions of bounded size; see `InvalidationLog.forgetTenant`. First the last records, word for word,
 * then the table of scopes: whoever finds a scope there that should be gone knows that this was cut short.
 */
export async function forgetTenant(
  store: LogStore,
  writes: WriteQueue,
  { tenantId, before, signal, look }: Forgetting,
): Promise<void> {
  signal?.throwIfAborted();
  if (!look(() => store.isCovered(tenantId, before))) return;
  while (await writes.run(() => store.dropTail(before, STEP))) {
    signal?.throwIfAborted();
    await nextTurn();
  }
  let scope: Buffer | undefined;
  do {
    signal?.throwIfAborted();
    const from = { scope, most: STEP };
    const { keys, next } = look(() => store.olderScopes(tenantId, before, from));
    if (keys.length > 0) await writes.run(() => store.dropScopes(keys, before));
    scope = next;
    await nextTurn();
  } while (scope !== undefined);
}
