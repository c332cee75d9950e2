import { START, type LogRecord, type Position } from "@cogniverse/sdk";

/** The last record of each mode on one scope. Both only grow, so a soft record never revives what a hard one killed. */
export interface Mark {
  hard: Position;
  any: Position;
  /** Content named by the record at `any`, where it named one. */
  digest: string | undefined;
  /** The last record that did not name that content: what it killed stays dead when the content comes back. */
  other: Position;
}

/** Takes `record` into the mark of its scope under `key`. */
export function raise(
  marks: Map<string, Mark>,
  key: string,
  record: Pick<LogRecord, "position" | "mode" | "digest">,
): void {
  const mark = marks.get(key);
  if (mark === undefined) {
    marks.set(key, {
      hard: record.mode === "soft" ? START : record.position,
      any: record.position,
      digest: record.digest,
      other: START,
    });
    return;
  }
  if (record.mode !== "soft" && record.position > mark.hard) mark.hard = record.position;
  const same = record.digest !== undefined && record.digest === mark.digest;
  if (record.position < mark.any) {
    if (!same && record.position > mark.other) mark.other = record.position;
  } else if (record.position > mark.any) {
    if (!same) mark.other = mark.any;
    mark.any = record.position;
    mark.digest = record.digest;
  }
}
