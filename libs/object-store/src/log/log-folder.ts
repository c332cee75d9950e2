import { START, type BackendContext, type LogRecord, type Position } from "@cogniverse/sdk";
import { tailStart, type HeadDocument, type SnapshotRef } from "./head-document.ts";
import type { LatestHead } from "./latest-head.ts";
import type { LogObjects } from "./log-objects.ts";
import { textOf } from "./log-record-form.ts";
import { summarize } from "./log-summary.ts";

/** How much the head may hold before it is folded into a snapshot. */
export type TailLimits = Readonly<{ records: number; bytes: number }>;

/** A head of this size takes about 5 ms to send, and holds what hours of invalidations make. */
export const TAIL_LIMITS: TailLimits = { records: 1024, bytes: 128 * 1024 };
/** So many times the limits, and an append waits for the fold. */
const PATIENCE = 4;

/** What a log no longer says: all of a tenant below a position. */
export type Forgotten = Readonly<{ tenantId: string; before: Position }>;

/** A snapshot that is written, and takes its place with the next replacement of the head. `from`: what the head keeps at most. */
type Fold = Readonly<{
  snapshot: SnapshotRef;
  basedOn: string | undefined;
  logId: string;
  from: Position;
}>;

/** Makes snapshots: always first the object, then the head that names it. */
export class LogFolder {
  readonly #objects: LogObjects;
  readonly #latest: LatestHead;
  readonly #context: BackendContext;
  readonly #limits: TailLimits;
  #fold: Fold | undefined;
  #running: Promise<boolean> | undefined;

  constructor(
    objects: LogObjects,
    latest: LatestHead,
    context: BackendContext,
    limits: TailLimits = TAIL_LIMITS,
  ) {
    this.#objects = objects;
    this.#latest = latest;
    this.#context = context;
    this.#limits = limits;
  }

  /** Whether the records in the head are more than they should be; `times`: by so much. */
  exceeds({ records }: HeadDocument, times: number = 1): boolean {
    const { records: most, bytes } = this.#limits;
    return records.length > most * times || bytesOf(records) > bytes * times;
  }

  /** Whether an append should wait for {@link fold}. */
  isUrgent(head: HeadDocument): boolean {
    return this.exceeds(head, PATIENCE);
  }

  /**
   * Writes the snapshot of this head; it takes its place with {@link folded}. One at a time. `false`: the head names another snapshot by now, and the one
   * to begin from is gone. Rejects where it cannot.
   */
  fold(head: HeadDocument): Promise<boolean> {
    if (this.#fold !== undefined && this.#applies(this.#fold, head)) return Promise.resolve(true);
    return this.#running ?? this.#runs(this.#write(head));
  }

  /** As {@link fold}, and neither the snapshot nor the head with which it takes its place says what is forgotten. */
  forget(head: HeadDocument, forgotten: Forgotten): Promise<boolean> {
    const others = this.#running?.catch(() => false) ?? Promise.resolve();
    return this.#runs(others.then(() => this.#write(head, forgotten)));
  }

  /**
   * Snapshot and records of the head after `head`, if a snapshot is ready for it. It is only where the snapshot that it was made from still stands: since
   * no name comes twice, one that was overtaken, however late its writer wakes, never comes into a head again and may be deleted.
   */
  folded(head: HeadDocument): Pick<HeadDocument, "snapshot" | "records"> | undefined {
    const fold = this.#fold;
    if (fold === undefined || !this.#applies(fold, head)) return undefined;
    const { snapshot, from } = fold;
    const records = this.#newest(head, snapshot.position);
    return { snapshot, records: records.filter(({ position }) => position >= from) };
  }

  #runs(work: Promise<boolean>): Promise<boolean> {
    const own = work.finally(() => {
      // The next one may wait behind it already.
      if (this.#running === own) this.#running = undefined;
    });
    this.#running = own;
    return own;
  }

  #applies({ snapshot, basedOn, logId }: Fold, head: HeadDocument): boolean {
    return (
      logId === head.logId &&
      basedOn === head.snapshot?.name &&
      snapshot.position <= head.position &&
      snapshot.position >= tailStart(head)
    );
  }

  /** The newer half of the limits stays, so that a reader who lags a little needs no snapshot. */
  #newest({ records }: HeadDocument, upTo: number): HeadDocument["records"] {
    let first = records.length;
    let bytes = 0;
    for (; first > 0; first--) {
      const record = records[first - 1];
      if (record === undefined) break;
      bytes += Buffer.byteLength(textOf(record));
      const full =
        records.length - first >= this.#limits.records / 2 || bytes > this.#limits.bytes / 2;
      if (full && record.position <= upTo) break;
    }
    return records.slice(first);
  }

  async #write(head: HeadDocument, forgotten?: Forgotten): Promise<boolean> {
    const { logId, position, snapshot: base } = head;
    const before = base === null ? undefined : await this.#objects.readSnapshot(base, logId);
    if (base !== null && before === undefined) {
      // Somebody else has folded meanwhile, or the log is damaged. No name comes into a head twice, so the head tells.
      const { head: now } = await this.#latest.read();
      if (now.snapshot?.name === base.name) throw this.#objects.missing(base.name);
      return false;
    }
    const later = head.records.filter((record) => record.position > (base?.position ?? 0));
    const all = summarize([...(before?.records ?? []), ...later]);
    const records = forgotten === undefined ? all : all.filter((one) => !isOf(one, forgotten));
    const generation = (base?.generation ?? 0) + 1;
    const id = this.#context.random.id();
    const made = { logId, position, records };
    const snapshot = await this.#objects.writeSnapshot(made, generation, id);
    this.#fold = { snapshot, basedOn: base?.name, logId, from: forgotten?.before ?? START };
    return true;
  }
}

/** Whether a record is among what is forgotten. */
export function isOf(record: LogRecord, { tenantId, before }: Forgotten): boolean {
  return record.tenantId === tenantId && record.position < before;
}

const sizes = new WeakMap<readonly LogRecord[], number>();

/** Of the records of one head, asked for several times. */
function bytesOf(records: readonly LogRecord[]): number {
  const known = sizes.get(records);
  if (known !== undefined) return known;
  const bytes = records.reduce((sum, record) => sum + Buffer.byteLength(textOf(record)), 0);
  sizes.set(records, bytes);
  return bytes;
}
