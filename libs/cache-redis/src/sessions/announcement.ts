import { parseJson, toPosition, type LogNews, type LogRecord } from "@cogniverse/sdk";
import type { Heard } from "./listening.ts";

/** A longer announcement says only that there is something new: the log is read for it. */
const LONGEST_BYTES = 64 * 1024;

type Written = Readonly<{ logId: string; position: number; records: readonly LogRecord[] }>;

/** What is announced, as it goes into the stream. */
export function announcementOf({ head: { logId, position }, records }: LogNews): string {
  const text = JSON.stringify({ logId, position, records } satisfies Written);
  return Buffer.byteLength(text) <= LONGEST_BYTES ? text : "";
}

/** Whether a tenant dies by it as a whole, so that nobody need hear what was announced of it before. */
export function coversTenant({ records }: LogNews): boolean {
  return records.some(({ scope, mode }) => scope.kind === "tenant" && mode === "hard");
}

/** What entries of the stream say; `undefined`: that there is something new. */
export function announcementsIn(entries: readonly Heard[]): readonly (LogNews | undefined)[] {
  return entries.map(({ fields }) => announcementIn(fields[1] ?? ""));
}

function announcementIn(text: string): LogNews | undefined {
  try {
    // Only announcementOf writes these; the entry of a later release that is not so is news that cannot be told.
    const { logId, position, records } = parseJson(text) as Written;
    return { head: { logId, position: toPosition(position) }, records: [...records] };
  } catch {
    return undefined;
  }
}
