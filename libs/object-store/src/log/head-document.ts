import {
  parseJson,
  START,
  type LogHead,
  type LogRecord,
  type Position,
  type ShortCut,
} from "@cogniverse/sdk";
import { isNewRecord, isObject, isPosition, placed, textOf } from "./log-record-form.ts";
import { NO_SHORT_CUT, parseShortCut } from "./short-cut-form.ts";

/** The version of head and snapshot that this release writes and reads. */
export const LOG_VERSION = 1;
/** Ids of replacements that a head remembers: a writer who was overtaken by more while its own was on the way cannot tell what became of it. */
const BATCHES = 256;

/** Where the snapshot is that says what came up to `position`. `generation`: how many there were before it in this log. */
export type SnapshotRef = Readonly<{ name: string; position: Position; generation: number }>;

/**
 * All that the head object holds. `revision`: one more with each replacement, so that no two heads are the same bytes. `leaseMs`: the
 * greatest D that a node announced. `records`: the last ones, gapless up to `position`; what is older is in the snapshot, which may overlap them.
 * `batches`: an id for each of the last replacements, of this one last. `shortCut`: its two fields stand in the object beside the others.
 */
export type HeadDocument = Readonly<{
  logId: string;
  revision: number;
  position: Position;
  leaseMs: number;
  shortCut: ShortCut;
  snapshot: SnapshotRef | null;
  records: readonly LogRecord[];
  batches: readonly string[];
}>;

/** The head of a log in which nothing was appended yet. */
export function newHead(logId: string, leaseMs: number): HeadDocument {
  return {
    logId,
    revision: 0,
    position: START,
    leaseMs,
    shortCut: NO_SHORT_CUT,
    snapshot: null,
    records: [],
    batches: [],
  };
}

/** The head that comes after `head`, with what is new in it. `batch`: the id of this replacement, made for it alone. */
export function nextHead(
  head: HeadDocument,
  batch: string,
  changes: Partial<
    Pick<HeadDocument, "position" | "leaseMs" | "shortCut" | "snapshot" | "records">
  >,
): HeadDocument {
  const batches = [...head.batches, batch].slice(-BATCHES);
  return { ...head, ...changes, revision: head.revision + 1, batches };
}

/** The id of the replacement that made `revision`; `undefined` where it is not remembered any more, or is yet to come. */
export function batchOf(head: HeadDocument, revision: number): string | undefined {
  const back = head.revision - revision;
  return back < 0 ? undefined : head.batches[head.batches.length - 1 - back];
}

/** What a reader is told of a head. */
export function placeOf({ logId, position, shortCut }: HeadDocument): LogHead {
  return { logId, position, shortCut };
}

/** The position before the first record in the head. */
export function tailStart({ position, records }: HeadDocument): number {
  return position - records.length;
}

/** As JSON; records without their positions, which follow from the head's. */
export function formatHead({ records, shortCut, ...head }: HeadDocument): Uint8Array<ArrayBuffer> {
  const rest = JSON.stringify({ version: LOG_VERSION, ...head, ...shortCut });
  const tail = records.map(textOf).join();
  return new TextEncoder().encode(`${rest.slice(0, -1)},"records":[${tail}]}`);
}

/** `unsupported`: written by a later release; `corrupt`: not a whole head. Never throws. */
export function parseHead(data: Uint8Array): HeadDocument | "unsupported" | "corrupt" {
  const value = parseDocument(data);
  if (!isObject(value) || !Number.isSafeInteger(value["version"])) return "corrupt";
  if (value["version"] !== LOG_VERSION) return "unsupported";
  const { logId, revision, position, leaseMs, snapshot, records, batches } = value;
  if (typeof logId !== "string" || logId === "" || !isPosition(revision) || !isPosition(position))
    return "corrupt";
  if (typeof leaseMs !== "number" || !(leaseMs >= 0 && leaseMs < Infinity)) return "corrupt";
  const shortCut = parseShortCut(value);
  if (shortCut === undefined) return "corrupt";
  if (snapshot !== null && !isSnapshotRef(snapshot)) return "corrupt";
  if (!Array.isArray(records) || !records.every(isNewRecord)) return "corrupt";
  if (!Array.isArray(batches) || !batches.every((id) => typeof id === "string")) return "corrupt";
  const covered = snapshot?.position ?? 0;
  if (position - records.length > covered || records.length > position || covered > position)
    return "corrupt";
  return {
    logId,
    revision,
    position,
    leaseMs,
    shortCut,
    snapshot,
    records: placed(records, position),
    batches,
  };
}

/** The value of a JSON text; `undefined` where it is none. */
export function parseDocument(data: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}

function isSnapshotRef(value: unknown): value is SnapshotRef {
  return (
    isObject(value) &&
    typeof value["name"] === "string" &&
    isPosition(value["position"]) &&
    isPosition(value["generation"])
  );
}
