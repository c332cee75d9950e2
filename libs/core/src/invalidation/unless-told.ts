import {
  toPosition,
  type AppendOptions,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogNews,
  type NewRecord,
  type Position,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";

type Unless = NonNullable<AppendOptions["unless"]>;

/**
 * Appends unless something that a caller said lies in between. A fill's record is no such thing: its content may be older than what is being
 * appended, and it stands at its record's position, so whoever gave way to it would leave the old value valid. `logId`: of the log that
 * `unless` speaks of. Resolves with the records at their places.
 */
export async function appendUnlessTold(
  log: InvalidationLog,
  logId: string,
  records: readonly NewRecord[],
  options: AppendOptions,
): Promise<LogNews | undefined> {
  let { unless } = options;
  for (;;) {
    const head = await log.append(records, { ...options, unless });
    if (head !== undefined) return appendedUpTo(head, records);
    if (unless === undefined) return undefined;
    const delta = await log.read({ logId, position: unless.since }, { signal: options.signal });
    const since = pastFills(delta, records[0]?.tenantId, unless);
    if (since === undefined) return undefined;
    unless = { ...unless, since };
  }
}

function appendedUpTo(head: LogHead, records: readonly NewRecord[]): LogNews {
  const last = head.position - records.length;
  return {
    head,
    records: records.map((record, i) => ({ ...record, position: toPosition(last + 1 + i) })),
  };
}

/** How far the log holds nothing but fills that cover what `unless` names; `undefined` where a caller spoke, or the log cannot say. */
function pastFills(
  delta: LogDelta,
  tenantId: string | undefined,
  { since, scopes }: Unless,
): Position | undefined {
  if (delta.type === "reset" || delta.head.position <= since) return undefined;
  const told = delta.records.some(
    (record) =>
      record.fill !== true &&
      record.tenantId === tenantId &&
      scopes.some((scope) => covers(record.scope, scope)),
  );
  return told ? undefined : delta.head.position;
}
