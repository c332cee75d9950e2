import type { Entry, NewResident } from "@cogniverse/sdk";

/** An entry of which only the bytes are known. */
export function undecoded(key: string, entry: Entry): NewResident {
  return { key, entry, value: undefined, valueBytes: 0, note: undefined, checkedAt: -1 };
}
