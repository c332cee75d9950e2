import { blockBytes, indexCharge } from "./capacity.ts";
import { splitEntryKey } from "./entry-key.ts";
import type { Environment, Table } from "./environment.ts";
import {
  decodeRecord,
  encodeRecord,
  RECORD_PREFIX_BYTES,
  type RecordHead,
} from "./index-record.ts";
import {
  changeTenant,
  changeTotals,
  readTenant,
  readTotals,
  type TenantTotals,
  type Totals,
} from "./totals.ts";

/** An entry that was in the index. `record` is a copy of its own. */
export type Found = Readonly<{ key: Buffer; record: Buffer; head: RecordHead }>;

/** A value about to be indexed. `payload`: only where it is stored in the record. */
export type NewRow = Readonly<{
  id: string;
  header: Uint8Array;
  payload: Uint8Array | undefined;
  payloadBytes: number;
  expiresAt: number;
  asOf: number;
}>;

/**
 * The tables that say what is stored: `entries` (index key -> record), `order` (place -> index key), `expiry` (instant, id -> index key),
 * `files` (id -> index key), `tenants` and the totals in `meta`. All of them change in one transaction or not at all.
 * Calls that write belong inside a transaction.
 */
export class EntryIndex {
  readonly entries: Table;
  readonly order: Table;
  readonly expiry: Table;
  readonly files: Table;
  readonly #tenants: Table;
  readonly #meta: Table;

  constructor(environment: Environment) {
    this.entries = environment.table("entries");
    this.order = environment.table("order");
    this.expiry = environment.table("expiry");
    this.files = environment.table("files");
    this.#tenants = environment.table("tenants");
    this.#meta = environment.table("meta");
  }

  find(key: Buffer): Found | undefined {
    const record = this.entries.getBinary(key);
    const head = record === undefined ? undefined : decodeRecord(record);
    return record === undefined || head === undefined ? undefined : { key, record, head };
  }

  totals(): Totals {
    return readTotals(this.#meta);
  }

  change(change: Partial<Totals>): void {
    changeTotals(this.#meta, change);
  }

  tenant(tenantId: string): TenantTotals {
    return readTenant(this.#tenants, tenantId);
  }

  /** Puts a row in. `order`: the place of the entry it replaces, which the caller has removed; else it gets the newest place. */
  insert(key: Buffer, row: NewRow, order: number | undefined): void {
    const { id, header, payload, payloadBytes, expiresAt, asOf } = row;
    const inFile = payload === undefined;
    const next = this.totals().nextOrder;
    const head: RecordHead = {
      id,
      inFile,
      headerBytes: header.byteLength,
      payloadBytes,
      expiresAt,
      asOf,
      order: order ?? next,
      indexBytes: rowCharge(key, row),
    };
    this.entries.putSync(key, encodeRecord(head, header, payload));
    this.order.putSync(orderKey(head.order), key);
    if (expiresAt !== Infinity) this.expiry.putSync(expiryKey(head), key);
    if (inFile) this.files.putSync(Buffer.from(id, "hex"), key);
    this.#count(key, head, 1);
    if (order === undefined) this.change({ nextOrder: next + 1 });
  }

  /** Takes a row out. Its file, where it has one, keeps being counted until {@link EntryIndex.change} says otherwise. */
  remove({ key, head }: Found): void {
    this.entries.removeSync(key);
    this.order.removeSync(orderKey(head.order));
    if (head.expiresAt !== Infinity) this.expiry.removeSync(expiryKey(head));
    if (head.inFile) this.files.removeSync(Buffer.from(head.id, "hex"));
    this.#count(key, head, -1);
  }

  #count(key: Buffer, head: RecordHead, sign: 1 | -1): void {
    this.change({ entries: sign, indexBytes: sign * head.indexBytes });
    const bytes = sign * (head.headerBytes + head.payloadBytes);
    changeTenant(this.#tenants, splitEntryKey(key).tenantId, { entries: sign, bytes });
  }
}

/** What the rows of an entry will be charged; see {@link indexCharge}. */
export function rowCharge(key: Buffer, row: Pick<NewRow, "header" | "payload">): number {
  const bytes = row.header.byteLength + (row.payload?.byteLength ?? 0) + RECORD_PREFIX_BYTES;
  return indexCharge(key.byteLength, bytes, row.payload === undefined);
}

/** Bytes on disk of the entry's file; 0 where its value is in the record. */
export function fileCharge(head: RecordHead): number {
  return head.inFile ? blockBytes(head.headerBytes + head.payloadBytes) : 0;
}

/** Key of the order table: float64, big-endian, which sorts as positive numbers do. */
export function orderKey(order: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeDoubleBE(order, 0);
  return key;
}

/** Key of the expiry table: the instant as {@link orderKey}, then the id. */
export function expiryKey(head: Pick<RecordHead, "expiresAt" | "id">): Buffer {
  const key = Buffer.allocUnsafe(24);
  key.writeDoubleBE(Math.max(head.expiresAt, 0), 0);
  key.write(head.id, 8, 16, "hex");
  return key;
}
