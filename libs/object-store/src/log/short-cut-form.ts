import type { ShortCut } from "@cogniverse/sdk";
import { isObject } from "./log-record-form.ts";

/** What a new log says: no table may be asked, and nobody serves without one. */
export const NO_SHORT_CUT: ShortCut = { table: "", alone: [] };

/** What an object says by `table` and `alone`, and nothing else of it; `undefined` where one of them is not whole. */
export function parseShortCut({ table, alone }: Loose): ShortCut | undefined {
  if (typeof table !== "string" || !Array.isArray(alone)) return undefined;
  const sessions = alone.map((one: unknown) => parseLoner(one));
  const known = sessions.filter((one) => one !== undefined);
  return known.length === sessions.length ? { table, alone: known } : undefined;
}

function parseLoner(value: unknown): ShortCut["alone"][number] | undefined {
  if (!isObject(value)) return undefined;
  const { session, leaving } = value;
  if (typeof session !== "string" || session === "" || typeof leaving !== "boolean")
    return undefined;
  return { session, leaving };
}

type Loose = Readonly<Record<string, unknown>>;
