import { plainEntry, type Bytes, type Entry } from "@cogniverse/sdk";
import { encodeSegment } from "@cogniverse/sdk/keys";
import type { Course } from "./course.ts";
import type { SweepCounts } from "./sweep-report.ts";

/**
 * The tenant of marks. No user's can have this name, since `checkTenant` refuses a leading `__`; it goes straight to backends, which take tenants
 * as they are.
 */
export const MARK_TENANT = "__sweep";

/** A mark that nobody takes up is forgotten after so many seconds: a sweep then begins anew. */
const KEPT_SECONDS = 30 * 86_400;

/**
 * Where the sweep of one tenant in one tier stands. It is kept in that tier: one that all nodes share tells all of them, and a disk tells who opens
 * it next. `under-way`: `holder` walks, as long as `beat` changes; `paused`: nobody does; `complete`: all was judged by `course.seen`.
 */
export type SweepMark = Readonly<{
  form: 1;
  state: "under-way" | "paused" | "complete";
  holder: string;
  beat: number;
  course: Course;
  /** Of this course, whoever walked it. */
  counts: SweepCounts;
  /** Epoch milliseconds of the clock of whoever wrote it: for people, and to spare needless work. */
  writtenAt: number;
}>;

/** The key of a tenant's mark. */
export function markKey(tenantId: string): string {
  return encodeSegment(tenantId);
}

/** A mark as an entry: JSON, so that a person with the bare client can read it. */
export function markEntry(mark: SweepMark): Entry {
  const text = Buffer.from(JSON.stringify(mark));
  return plainEntry(new Uint8Array(text), { now: mark.writtenAt, ttl: KEPT_SECONDS });
}

/** `undefined` for what is no mark of this form: whoever finds it begins anew. */
export function readMark(data: Bytes): SweepMark | undefined {
  try {
    const mark: unknown = JSON.parse(Buffer.from(data).toString("utf8"));
    return isMark(mark) ? mark : undefined;
  } catch {
    return undefined;
  }
}

/** Whoever writes one writes all of it; `form` says that it is whole. */
function isMark(mark: unknown): mark is SweepMark {
  return typeof mark === "object" && mark !== null && "form" in mark && mark.form === 1;
}
