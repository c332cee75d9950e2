import type { Clock } from "@cogniverse/sdk";
import { LEASE_MS } from "./lease.ts";
import type { Member, Members } from "./members.ts";
import type { Report } from "./seat-form.ts";
import type { Seats } from "./seats.ts";

/** What a look at the others showed: nobody can serve from before `reached` (Infinity: nobody can serve). `others` counts who still runs. */
export type Standing = Readonly<{ reached: number; others: () => number }>;

/** A number of reads that a seat showed, and since when it surely has. */
type Seen = Readonly<{ reads: number; since: number }>;

/** Nobody's position: a waiter for the very first one waits too. */
const NOTHING = -1;

/** Finds out how far all other sessions have applied the log; {@link Members} has the proof. */
export class RollCall {
  readonly #session: Uint8Array;
  readonly #members: Members;
  readonly #seats: Seats;
  readonly #clock: Clock;
  /** By session, in hex; of the last look. */
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(session: Uint8Array, members: Members, seats: Seats, clock: Clock) {
    this.#session = session;
    this.#members = members;
    this.#seats = seats;
    this.#clock = clock;
  }

  /** `wanted`: the last position that anybody waits for. Throws where the rows or the seats cannot be read. */
  look(wanted: number): Standing {
    const members = this.#members.others(this.#session);
    const farthest = members.reduce((most, member) => Math.max(most, member?.seat ?? 0), 0);
    const reports = this.#seats.read(farthest + 1);
    // After the seats were read: each of them has shown what it shows no later than now.
    const now = this.#clock.monotonic();
    const seen = new Map<string, Seen>();
    let reached = Infinity;
    for (const member of members) {
      const report = member && reports(member);
      const position = report?.position ?? NOTHING;
      const lapsed = report !== undefined && this.#hasLapsed(report, now, seen);
      if (position >= reached || lapsed) continue;
      if (position < wanted && member !== undefined && this.#members.isGone(member)) continue;
      reached = position;
    }
    this.#seen = seen;
    return { reached, others: () => members.filter((member) => this.#runs(member)).length };
  }

  #runs(member: Member | undefined): boolean {
    return member === undefined || !this.#members.isGone(member);
  }

  /** Whether all reads that the session counted began D ago or longer. */
  #hasLapsed({ session, reads }: Report, now: number, seen: Map<string, Seen>): boolean {
    const id = Buffer.from(session).toString("hex");
    const before = this.#seen.get(id);
    const since = before?.reads === reads ? before.since : now;
    seen.set(id, { reads, since });
    return now - since >= LEASE_MS;
  }
}
