import { toPosition, type LogNews, type LogRecord } from "@cogniverse/sdk";
import type { Heard } from "../sessions/listening.ts";
import { recordIn } from "./log-fields.ts";

/** What entries of the tail say: the records of a run without a gap of one log, each run for itself; `undefined` for what cannot be told. */
export function newsIn(entries: readonly Heard[]): readonly (LogNews | undefined)[] {
  const runs: (Readonly<{ logId: string; records: LogRecord[] }> | undefined)[] = [];
  for (const entry of entries) {
    const read = readEntry(entry);
    const run = runs.at(-1);
    if (read === undefined) runs.push(undefined);
    else if (run?.logId === read.logId && run.records.at(-1)?.position === read.record.position - 1)
      run.records.push(read.record);
    else runs.push({ logId: read.logId, records: [read.record] });
  }
  return runs.map((run) => {
    const last = run?.records.at(-1);
    if (run === undefined || last === undefined) return undefined;
    return { head: { logId: run.logId, position: last.position }, records: run.records };
  });
}

function readEntry({
  id,
  fields,
}: Heard): Readonly<{ logId: string; record: LogRecord }> | undefined {
  const [, json, , logId] = fields;
  const position = Number(id.split("-", 1)[0]);
  if (json === undefined || logId === undefined) return undefined;
  try {
    return { logId, record: recordIn(json, toPosition(position)) };
  } catch {
    return undefined;
  }
}
