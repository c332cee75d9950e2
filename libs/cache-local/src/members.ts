import type { Environment, Table } from "./environment.ts";
import { isGone, parseIdentity, type ProcessIdentity } from "./process-identity.ts";

/**
 * Everyone who may read the log of this directory: one row for each open backend, also where two are open in one process.
 *
 * Why {@link Members.others} may say that nobody else can serve from before a record. Write transactions run one after the other, and every member
 * joins in a transaction of its own (J) BEFORE it first reads the log. Let R be the transaction that appended the record and S the
 * snapshot, taken after R was committed, in which the rows are looked at.
 *   - J before S: the row is in S and counts, unless its process has ended or it left, and who left had stopped reading before.
 *   - J after S: J is after R as well, so this member's first read of the log already has the record.
 * Looking at the rows before R would break the second line; joining after the first read would break both.
 */
export class Members {
  readonly #environment: Environment;
  readonly #rows: Table;
  readonly #key: Buffer;
  readonly #own: ProcessIdentity;

  /** `id`: of this backend, not of its process. */
  constructor(environment: Environment, id: string, own: ProcessIdentity) {
    this.#environment = environment;
    this.#rows = environment.table("members");
    this.#key = Buffer.from(id);
    this.#own = own;
  }

  /** Call before the first read of the log. */
  join(): void {
    const row = Buffer.from(JSON.stringify(this.#own));
    this.#environment.transact(() => {
      for (const key of this.#dead()) this.#rows.removeSync(key);
      this.#rows.putSync(this.#key, row);
    }, "after");
  }

  /** Call when nothing is read from the log any more. */
  leave(): void {
    this.#environment.transact(() => this.#rows.removeSync(this.#key), "after");
  }

  /** Other members that run or may run, as of a snapshot taken now. */
  others(): number {
    this.#environment.refresh();
    return this.#others().filter(({ value }) => !this.#isDead(value)).length;
  }

  #dead(): readonly Uint8Array[] {
    return this.#others()
      .filter(({ value }) => this.#isDead(value))
      .map(({ key }) => key);
  }

  #others(): readonly Readonly<{ key: Uint8Array; value: Uint8Array }>[] {
    return [...this.#rows.getRange({})].filter(({ key }) => Buffer.compare(key, this.#key) !== 0);
  }

  #isDead(row: Uint8Array): boolean {
    try {
      const member = parseIdentity(JSON.parse(Buffer.from(row).toString("utf8")));
      return member !== undefined && isGone(member, this.#own);
    } catch {
      return false;
    }
  }
}
