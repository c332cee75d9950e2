import type { Environment, Table } from "../environment.ts";
import { isGone, parseIdentity, type ProcessIdentity } from "../process-identity.ts";

/** A session that reads the log: who it is, its process, and where it reports (see Seats); `undefined`: nowhere that this release knows of. */
export type Member = Readonly<{
  session: Uint8Array;
  process: ProcessIdentity;
  seat: number | undefined;
}>;

/**
 * Every session that may serve by the log of this directory: one row each, also where several are open in one process.
 *
 * Why {@link RollCall} may say that nobody else can serve from before a record. Write transactions run one after the other, and every session joins
 * in a transaction of its own (J), in which its seat is written too, BEFORE it first reads the log; before EACH read it writes into its
 * seat what it has applied and that it reads once more. Let R be the transaction that appended the record, S the snapshot, taken
 * after R was committed, in which the rows are looked at, and T the moment after S at which the seats are.
 *   - J after S, and a session that joins later: J is after R as well, so its first read of the log already has the record.
 *   - J before S: the row is in S, unless the session left, and who left had stopped serving before. With a row in S there are four cases.
 *     1. The seat says the record's position or a later one: it was applied before that was written, and what has been applied stays.
 *     2. The process runs no more.
 *     3. The seat counts as many reads at T as D earlier on our monotonic clock. Every read by which the session serves was counted before it looked
 *        at the log. One that was counted by then began D ago or longer and lets nobody serve now; one that is counted after T looks at the
 *        log after R. So does a session that is stopped between the two and goes on years later.
 *     4. Neither, or the seat cannot be read (torn, damaged, another's): the session may serve from before the record.
 * Looking at the rows before R would break the first line; joining or counting after the read would break it and the third case; a position said
 * before it is applied the first case. A seat that is given to another session changes hands in the transaction that gives it, and has the
 * new session's random id in it, so that what the one before said counts for nobody.
 */
export class Members {
  readonly #environment: Environment;
  readonly #rows: Table;
  readonly #own: ProcessIdentity;

  constructor(environment: Environment, own: ProcessIdentity) {
    this.#environment = environment;
    this.#rows = environment.table("members");
    this.#own = own;
  }

  /** Call before the first read of the log. `take` runs inside the transaction, before anybody can see the row. Returns the seat. */
  join(session: Uint8Array, take: (seat: number) => void): number {
    return this.#environment.transact(() => {
      const others = this.#others(session);
      for (const { key, member } of others)
        if (member !== undefined && this.isGone(member)) this.#rows.removeSync(key);
      const taken = new Set(others.map(({ member }) => member?.seat));
      let seat = 0;
      while (taken.has(seat)) seat++;
      take(seat);
      this.#rows.putSync(session, Buffer.from(JSON.stringify({ ...this.#own, seat })));
      return seat;
    }, "after");
  }

  /** Call when the session serves no more. */
  leave(session: Uint8Array): void {
    this.#environment.transact(() => this.#rows.removeSync(session), "after");
  }

  /** Other members, as of a snapshot taken now; `undefined` for one of whom this release cannot tell more than that it is there. */
  others(session: Uint8Array): readonly (Member | undefined)[] {
    this.#environment.checkPlace();
    this.#environment.refresh();
    return this.#others(session).map(({ member }) => member);
  }

  /** Whether its process surely runs no more. */
  isGone({ process }: Member): boolean {
    return isGone(process, this.#own);
  }

  #others(session: Uint8Array): readonly Readonly<{ key: Uint8Array; member?: Member }>[] {
    return [...this.#rows.getRange({})]
      .filter(({ key }) => Buffer.compare(key, session) !== 0)
      .map(({ key, value }) => {
        const member = parseMember(key, value);
        return member === undefined ? { key } : { key, member };
      });
  }
}

/** A seat beyond is not believed, so that a damaged row makes nobody read gigabytes. */
const MOST_SEATS = 65_536;

function parseMember(session: Uint8Array, row: Uint8Array): Member | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(row).toString("utf8"));
    const process = parseIdentity(value);
    return process && { session, process, seat: parseSeat(value) };
  } catch {
    return undefined;
  }
}

function parseSeat(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || !("seat" in value)) return undefined;
  const { seat } = value;
  const isSeat = typeof seat === "number" && Number.isSafeInteger(seat) && seat >= 0;
  return isSeat && seat < MOST_SEATS ? seat : undefined;
}
