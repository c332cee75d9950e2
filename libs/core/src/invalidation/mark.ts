import { START, type LogRecord, type Position } from "@cogniverse/sdk";

/** The last record of each mode on one scope. Both only grow, so a soft record never revives what a hard one killed. */
export interface Mark {
  hard: Position;
  any: Position;
  /** Content named by the record at `any`, where it named one. */
  digest: string | undefined;
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
    });
    return;
  }
  if (record.mode !== "soft" && record.position > mark.hard) mark.hard = record.position;
  if (record.position > mark.any) {
    mark.any = record.position;
    mark.digest = record.digest;
  }
}
