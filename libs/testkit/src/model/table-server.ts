import { START, type LogHead, type Position, type Random } from "@cogniverse/sdk";

/** One who serves: the latest renewal, by a number never used twice, and how far in which log the session has got. */
interface Seat {
  renewal: number;
  logId: string;
  position: Position;
}

/** What a session sees of the others. */
export interface TableView {
  readonly incarnation: string;
  /** Under which name it shortens acknowledgements; "": not yet. */
  readonly confirmed: string;
  readonly others: readonly Readonly<Seat & { session: string }>[];
}

/** The table of who serves: each method is one atomic step of its server. */
export class TableServer {
  readonly #random: Random;
  readonly #seats = new Map<string, Seat>();
  #renewals = 0;
  #incarnation: string;
  #confirmed = "";

  constructor(random: Random) {
    this.#random = random;
    this.#incarnation = random.id();
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  /** Registers or renews, and says what the session has applied; nothing with a log that is none. */
  renew(session: string, { logId, position }: LogHead): void {
    const before = this.#seats.get(session);
    const renewal = ++this.#renewals;
    const least = before?.logId === logId ? before.position : START;
    this.#seats.set(session, { renewal, logId, position: position > least ? position : least });
  }

  applied(session: string, head: LogHead): void {
    const seat = this.#seats.get(session);
    if (seat !== undefined) this.#seats.set(session, { ...seat, ...latest(seat, head) });
  }

  view(but: string): TableView {
    const seats = [...this.#seats].filter(([session]) => session !== but);
    const others = seats.map(([session, seat]) => ({ session, ...seat }));
    return { incarnation: this.#incarnation, confirmed: this.#confirmed, others };
  }

  /** Takes a session out, unless it was renewed since. */
  drop(session: string, renewal: number): void {
    if (this.#seats.get(session)?.renewal === renewal) this.#seats.delete(session);
  }

  leave(session: string): void {
    this.#seats.delete(session);
  }

  /** `naming`: begins with the incarnation that it means. */
  confirm(naming: string): void {
    if (naming.split(" ", 1)[0] === this.#incarnation) this.#confirmed = naming;
  }

  lose(): void {
    this.#seats.clear();
    this.#incarnation = this.#random.id();
    this.#confirmed = "";
  }
}

function latest(seat: Seat, { logId, position }: LogHead): Pick<Seat, "logId" | "position"> {
  if (seat.logId === logId && seat.position >= position) return seat;
  return { logId, position };
}
