import {
  CacheError,
  toPosition,
  type AppendOptions,
  type LogHead,
  type LogRecord,
  type NewRecord,
  type Scope,
  type ShortCut,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import { placeOf, tailStart, type HeadDocument } from "./head-document.ts";
import type { SnapshotDocument } from "./log-objects.ts";
import { parseShortCut } from "./short-cut-form.ts";

/** Records to be appended. */
type WantedRecords = Readonly<{
  type: "append";
  records: readonly NewRecord[];
  unless: AppendOptions["unless"];
}>;

/** A change beside the records. `renew`: that there is a next head, whatever is new in it. */
export type WantedChange =
  | Readonly<{ type: "edit"; edit: (now: ShortCut) => ShortCut | undefined }>
  | Readonly<{ type: "renew" }>;

/** What one caller wants of the next head. */
export type Wanted = WantedRecords | WantedChange;

/** What a caller is told once `standing` is the head that this batch was made for; may throw what its own part threw. */
export type Answer = (standing: HeadDocument) => LogHead | undefined;

/** What a batch changes in a head. `shortCut`: left out where it stays as it is. `answers`: one for each caller. */
export type Batch = Readonly<{
  added: readonly LogRecord[];
  shortCut?: ShortCut;
  answers: readonly Answer[];
}>;

/** Whether `unless` asks for more than the head's own records. */
export function looksBeyondTail(head: HeadDocument, wanted: Wanted): boolean {
  if (wanted.type !== "append" || wanted.records.length === 0) return false;
  return wanted.unless !== undefined && wanted.unless.since < tailStart(head);
}

/**
 * Gives places to what the callers want, one after the other. Each `unless` and each edit is decided against this head and what came before it in the
 * same batch, so it holds for the very state that the batch replaces. `snapshot`: the head's, where {@link looksBeyondTail}.
 */
export function composeBatch(
  head: HeadDocument,
  wanted: readonly Wanted[],
  snapshot: SnapshotDocument | undefined,
): Batch {
  const added: LogRecord[] = [];
  const known = [...(snapshot?.records ?? []), ...head.records];
  let shortCut: ShortCut | undefined;
  const answers = wanted.map((one): Answer => {
    if (one.type === "renew") return placeOf;
    if (one.type === "edit") {
      try {
        shortCut = edited(one.edit, shortCut ?? head.shortCut) ?? shortCut;
      } catch (error) {
        return () => {
          throw error;
        };
      }
      return placeOf;
    }
    if (isCovered(one, known) || isCovered(one, added)) return () => undefined;
    for (const record of one.records)
      added.push({ ...record, position: toPosition(head.position + added.length + 1) });
    const position = toPosition(head.position + added.length);
    return (standing) => ({ ...placeOf(standing), position });
  });
  return { added, answers, ...(shortCut === undefined ? {} : { shortCut }) };
}

/** Never what a reader of the head would call damaged. */
function edited(
  edit: (now: ShortCut) => ShortCut | undefined,
  now: ShortCut,
): ShortCut | undefined {
  const next = edit(now);
  if (next === undefined) return undefined;
  const whole = parseShortCut(next);
  if (whole !== undefined) return whole;
  throw new CacheError("invalid_value", `The log takes no such short cut: ${JSON.stringify(next)}`);
}

function isCovered({ records, unless }: WantedRecords, known: readonly LogRecord[]): boolean {
  const tenantId = records[0]?.tenantId;
  if (unless === undefined || tenantId === undefined) return false;
  const hits = (scope: Scope): boolean => unless.scopes.some((one) => covers(scope, one));
  return known.some(
    (record) =>
      record.position > unless.since && record.tenantId === tenantId && hits(record.scope),
  );
}
