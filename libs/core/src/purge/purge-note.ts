import { isUnreadable, plainEntry, type Bytes, type Call, type Position } from "@cogniverse/sdk";
import type { Tier } from "../tier/tier.ts";

/** As the marks of sweeps have one: no user's can have this name. */
const NOTE_TENANT = "__purge";
const NOTE_KEY = "done";

/** All purges of this log up to `position` have been carried out in a tier. Names no tenant, so that nothing of one is left by it. */
export type PurgeNote = Readonly<{ logId: string; position: Position }>;

/** Reads what a tier that outlives its process says of itself; `undefined` where it says nothing, or is down: all is done once more then. */
export async function readNote(tier: Tier, from: Call): Promise<PurgeNote | undefined> {
  const answer = await tier.call(
    { what: "get", tenantId: NOTE_TENANT },
    (call) => tier.entries.getEntry(NOTE_KEY, NOTE_TENANT, call),
    from,
  );
  if (!answer.up || answer.value === undefined || isUnreadable(answer.value)) return undefined;
  return parseNote(answer.value.data);
}

/** Where it fails, or another process writes an earlier one over it, the next start does again what was done. */
export async function writeNote(tier: Tier, note: PurgeNote, now: number): Promise<void> {
  const entry = plainEntry(new Uint8Array(Buffer.from(JSON.stringify(note))), { now, ttl: null });
  await tier.call({ what: "put", tenantId: NOTE_TENANT }, (call) =>
    tier.entries.putEntry(NOTE_KEY, entry, NOTE_TENANT, undefined, call),
  );
}

function parseNote(data: Bytes): PurgeNote | undefined {
  try {
    const note: unknown = JSON.parse(Buffer.from(data).toString("utf8"));
    return isNote(note) ? note : undefined;
  } catch {
    return undefined;
  }
}

function isNote(note: unknown): note is PurgeNote {
  return (
    typeof note === "object" &&
    note !== null &&
    "logId" in note &&
    typeof note.logId === "string" &&
    "position" in note &&
    Number.isSafeInteger(note.position)
  );
}
