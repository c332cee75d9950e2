import {
  toPosition,
  type AppendOptions,
  type LogHead,
  type LogRecord,
  type NewRecord,
  type Scope,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import { tailStart, type HeadDocument } from "./head-document.ts";
import type { SnapshotDocument } from "./log-objects.ts";

/** What one caller wants appended. */
export type Wanted = Readonly<{
  records: readonly NewRecord[];
  unless: AppendOptions["unless"];
}>;

/** What a batch adds to a head, and what each caller is told once it landed. */
export type Batch = Readonly<{
  added: readonly LogRecord[];
  answers: readonly (LogHead | undefined)[];
}>;

/** Whether `unless` asks for more than the head's own records. */
export function looksBeyondTail(head: HeadDocument, { unless, records }: Wanted): boolean {
  return unless !== undefined && records.length > 0 && unless.since < tailStart(head);
}

/**
 * Gives places to what the callers want, one after the other. Each `unless` is decided against this head and what was added before it in the same
 * batch, so it holds for the very state that the batch replaces. `snapshot`: the head's, where {@link looksBeyondTail}.
 */
export function composeBatch(
  head: HeadDocument,
  wanted: readonly Wanted[],
  snapshot: SnapshotDocument | undefined,
): Batch {
  const added: LogRecord[] = [];
  const known = [...(snapshot?.records ?? []), ...head.records];
  const answers = wanted.map((one) => {
    if (isCovered(one, known) || isCovered(one, added)) return undefined;
    for (const record of one.records)
      added.push({ ...record, position: toPosition(head.position + added.length + 1) });
    return { logId: head.logId, position: toPosition(head.position + added.length) };
  });
  return { added, answers };
}

function isCovered({ records, unless }: Wanted, known: readonly LogRecord[]): boolean {
  const tenantId = records[0]?.tenantId;
  if (unless === undefined || tenantId === undefined) return false;
  const hits = (scope: Scope): boolean => unless.scopes.some((one) => covers(scope, one));
  return known.some(
    (record) =>
      record.position > unless.since && record.tenantId === tenantId && hits(record.scope),
  );
}
