import { setImmediate as nextTurn } from "node:timers/promises";
import { recordsInOrder, type LogHead, type LogRecord, type LogSnapshot } from "@cogniverse/sdk";
import type { LogStore } from "./log-store.ts";

/** Scopes that are read in one turn of the event loop: two or three milliseconds. */
const SLICE_SCOPES = 512;

/**
 * Reads a snapshot in slices, between which the event loop runs. `look` runs what it is given on one LMDB snapshot, and none is kept from one slice to the
 * next: pages that others replace meanwhile can be used again.
 *
 * What all slices say together is all that the log says up to the head of the last one: no scope's row moves in the order of keys, and none is taken away but of a
 * tenant whose hard record on all of it, which stays, came before. So each other scope that had a row at the first slice comes with its records as of some slice; and what was appended since the slice before comes with each slice,
 * word for word and without a gap. Where the tail no longer holds that, all is read anew.
 */
export async function readSnapshot(
  store: Pick<LogStore, "head" | "after" | "summary">,
  look: <T>(read: () => T) => T,
  signal: AbortSignal | undefined,
): Promise<LogSnapshot> {
  for (;;) {
    const snapshot = await attempt(store, look, signal);
    if (snapshot !== undefined) return snapshot;
  }
}

async function attempt(
  store: Pick<LogStore, "head" | "after" | "summary">,
  look: <T>(read: () => T) => T,
  signal: AbortSignal | undefined,
): Promise<LogSnapshot | undefined> {
  const found = new Map<number, LogRecord>();
  let head: LogHead | undefined;
  let scope: Buffer | undefined;
  do {
    signal?.throwIfAborted();
    const from = head;
    const slice = look(() => ({
      since: from === undefined ? [] : store.after(from),
      head: store.head(),
      part: store.summary(scope, SLICE_SCOPES),
    }));
    if (slice.since === undefined) return undefined;
    for (const records of [slice.part.records, slice.since])
      for (const record of records) found.set(record.position, record);
    head = slice.head;
    scope = slice.part.next;
    if (scope !== undefined) await nextTurn();
  } while (scope !== undefined);
  return { head, records: await recordsInOrder(found) };
}
