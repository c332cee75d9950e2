import {
  toPosition,
  type AppendOptions,
  type LogDelta,
  type LogHead,
  type LogRecord,
  type LogSnapshot,
  type NewRecord,
  type Position,
  type Random,
  type ShortCut,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";

/** What a log is to be like. `shortCut`: what it says at first of a table beside it; `undefined`: it knows of none. */
export interface LogServerOptions {
  readonly random: Random;
  readonly keptRecords: number;
  readonly shortCut: ShortCut | undefined;
}

const NO_TABLE: ShortCut = { table: "", alone: [] };

/** The log of a world, on one server: each method is one atomic step of it. */
export class LogServer {
  readonly #random: Random;
  readonly #keptRecords: number;
  #logId: string;
  #records: LogRecord[] = [];
  /** Positions of records that are no longer told of. */
  readonly #forgotten = new Set<number>();
  #shortCut: ShortCut | undefined;
  /** Grows with everything that changes the head. */
  #version = 0;

  constructor({ random, keptRecords, shortCut }: LogServerOptions) {
    this.#random = random;
    this.#keptRecords = keptRecords;
    this.#shortCut = shortCut;
    this.#logId = random.id();
  }

  /** Whether a reader may be too far behind for it. */
  get forgets(): boolean {
    return this.#keptRecords > 0;
  }

  get logId(): string {
    return this.#logId;
  }

  get version(): number {
    return this.#version;
  }

  head(): LogHead {
    const head = { logId: this.#logId, position: toPosition(this.#records.length) };
    return this.#shortCut === undefined ? head : { ...head, shortCut: this.#shortCut };
  }

  append(added: readonly NewRecord[], unless: AppendOptions["unless"]): LogHead | undefined {
    const tenantId = added[0]?.tenantId;
    const isCovered = (record: LogRecord): boolean =>
      record.tenantId === tenantId &&
      (unless?.scopes.some((scope) => covers(record.scope, scope)) ?? false);
    if (unless !== undefined && this.#records.slice(unless.since).some(isCovered)) return undefined;
    for (const record of added)
      this.#records.push({ ...record, position: toPosition(this.#records.length + 1) });
    this.#version++;
    return this.head();
  }

  read(from: LogHead): LogDelta {
    const head = this.head();
    const behind = head.position - from.position;
    const isTooFar = behind < 0 || (this.forgets && behind > this.#keptRecords);
    if (from.logId !== this.#logId || isTooFar) return { type: "reset", head };
    const records = this.#records.slice(from.position);
    if (records.some(({ position }) => this.#forgotten.has(position)))
      return { type: "reset", head };
    return { type: "records", head, records };
  }

  snapshot(): LogSnapshot {
    const records = this.#records.filter(({ position }) => !this.#forgotten.has(position));
    return { head: this.head(), records };
  }

  forgetTenant(tenantId: string, before: Position): void {
    const own = this.#records.filter((record) => record.tenantId === tenantId);
    const isCovered = own.some(
      ({ scope, mode, position }) =>
        scope.kind === "tenant" && mode === "hard" && position >= before,
    );
    if (!isCovered) return;
    for (const { position } of own) if (position < before) this.#forgotten.add(position);
  }

  /** Replaces what the head says of the table, as long as the head is still the one of `version`. */
  replace(shortCut: ShortCut, version: number): LogHead | undefined {
    if (version !== this.#version) return undefined;
    this.#version++;
    this.#shortCut = shortCut;
    return this.head();
  }

  /** All is gone, and another log begins. */
  lose(): void {
    this.#logId = this.#random.id();
    this.#records = [];
    this.#forgotten.clear();
    this.#version++;
    if (this.#shortCut !== undefined) this.#shortCut = NO_TABLE;
  }
}
