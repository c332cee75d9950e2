import { toPosition, type Position } from "@cogniverse/sdk";

/**
 * An acknowledgement: at some moment all `sessions` of a table that counted under `name` had applied all up to `position` of the log. True for ever: who
 * joined later read the truth after that. `number`: of the acknowledgement, counted by the table.
 */
export type Level = Readonly<{
  number: number;
  logId: string;
  position: Position;
  sessions: number;
  name: string;
}>;

/** As the scripts write it; `undefined` where there was none yet. */
export function levelIn(text: string): Level | undefined {
  const [, number, logId, position, sessions, name] =
    /^(\d+) (\S+) (\d+) (\d+) (.*)$/s.exec(text) ?? [];
  if (logId === undefined || name === undefined) return undefined;
  return {
    number: Number(number),
    logId,
    position: toPosition(Number(position)),
    sessions: Number(sessions),
    name,
  };
}
