import {
  toPosition,
  type AppendOptions,
  type LogDelta,
  type LogHead,
  type LogRecord,
  type LogSnapshot,
  type NewRecord,
  type Random,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";

/** Who serves by the log, as the table knows: its latest renewal, by a number never used twice, and how far it has got. */
interface Seat {
  renewal: number;
  applied: number;
}

/** What the table says of all sessions but one. */
export interface TableView {
  readonly incarnation: string;
  readonly isConfirmed: boolean;
  readonly others: readonly Readonly<{ session: string; renewal: number; applied: number }>[];
}

/** The log of a world and the table of who serves, on one server: each method is one atomic step of it. */
export class LogServer {
  readonly #random: Random;
  readonly #keptRecords: number;
  readonly #seats = new Map<string, Seat>();
  #logId: string;
  #records: LogRecord[] = [];
  #incarnation: string;
  #renewals = 0;
  /** The first table counts as confirmed: the world began long ago. */
  #isConfirmed = true;

  constructor(random: Random, keptRecords: number) {
    this.#random = random;
    this.#keptRecords = keptRecords;
    this.#logId = random.id();
    this.#incarnation = random.id();
  }

  /** Whether a reader may be too far behind for it. */
  get forgets(): boolean {
    return this.#keptRecords > 0;
  }

  get logId(): string {
    return this.#logId;
  }

  head(): LogHead {
    return { logId: this.#logId, position: toPosition(this.#records.length) };
  }

  append(added: readonly NewRecord[], unless: AppendOptions["unless"]): LogHead | undefined {
    const tenantId = added[0]?.tenantId;
    const isCovered = (record: LogRecord): boolean =>
      record.tenantId === tenantId &&
      (unless?.scopes.some((scope) => covers(record.scope, scope)) ?? false);
    if (unless !== undefined && this.#records.slice(unless.since).some(isCovered)) return undefined;
    for (const record of added)
      this.#records.push({ ...record, position: toPosition(this.#records.length + 1) });
    return this.head();
  }

  read(from: LogHead): LogDelta {
    const head = this.head();
    const behind = head.position - from.position;
    if (from.logId !== this.#logId || behind < 0 || (this.forgets && behind > this.#keptRecords))
      return { type: "reset", head };
    return { type: "records", head, records: this.#records.slice(from.position) };
  }

  snapshot(): LogSnapshot {
    return { head: this.head(), records: [...this.#records] };
  }

  /** Registers or renews; `from`: what the session has applied, of whatever log. */
  renew(session: string, from: LogHead | undefined): void {
    const applied = from?.logId === this.#logId ? from.position : 0;
    const seat = this.#seats.get(session);
    const renewal = ++this.#renewals;
    if (seat === undefined) this.#seats.set(session, { renewal, applied });
    else {
      seat.renewal = renewal;
      seat.applied = from === undefined ? 0 : Math.max(seat.applied, applied);
    }
  }

  applied(session: string, head: LogHead): void {
    const seat = this.#seats.get(session);
    if (seat !== undefined && head.logId === this.#logId)
      seat.applied = Math.max(seat.applied, head.position);
  }

  view(but: string): TableView {
    const seats = [...this.#seats].filter(([session]) => session !== but);
    const others = seats.map(([session, seat]) => ({ session, ...seat }));
    return { incarnation: this.#incarnation, isConfirmed: this.#isConfirmed, others };
  }

  /** Takes a session out, unless it was renewed since. */
  drop(session: string, renewal: number): void {
    if (this.#seats.get(session)?.renewal === renewal) this.#seats.delete(session);
  }

  leave(session: string): void {
    this.#seats.delete(session);
  }

  confirm(incarnation: string): void {
    if (incarnation === this.#incarnation) this.#isConfirmed = true;
  }

  /** The log is gone, and the table with it: another begins. */
  lose(): void {
    this.#logId = this.#random.id();
    this.#records = [];
    this.loseTable();
  }

  loseTable(): void {
    this.#seats.clear();
    this.#incarnation = this.#random.id();
    this.#isConfirmed = false;
  }
}
