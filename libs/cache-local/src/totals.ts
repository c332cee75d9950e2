import type { Table } from "./environment.ts";

/** Figures of the whole directory, kept in the transactions that change them. Sizes are as in capacity.ts. */
export type Totals = Readonly<{
  entries: number;
  indexBytes: number;
  /** Files of entries, and files of former entries that are still to be unlinked. */
  fileBytes: number;
  /** Asked for by writes that are under way. */
  reservedBytes: number;
  /** The next place in the order of eviction. */
  nextOrder: number;
  /** Where eviction goes on looking. */
  hand: number;
}>;

/** Figures of one tenant. `bytes`: frames as stored. */
export type TenantTotals = Readonly<{ entries: number; bytes: number }>;

const TOTALS = Buffer.from("totals");
const NOTHING: Totals = {
  entries: 0,
  indexBytes: 0,
  fileBytes: 0,
  reservedBytes: 0,
  nextOrder: 1,
  hand: 0,
};

/** Six float64, little-endian, in the order of the type's properties. */
export function readTotals(meta: Table): Totals {
  const row = meta.getBinary(TOTALS);
  if (row === undefined) return NOTHING;
  return {
    entries: row.readDoubleLE(0),
    indexBytes: row.readDoubleLE(8),
    fileBytes: row.readDoubleLE(16),
    reservedBytes: row.readDoubleLE(24),
    nextOrder: row.readDoubleLE(32),
    hand: row.readDoubleLE(40),
  };
}

/** Adds `change` to the figures; `nextOrder` and `hand` are set, not added. Belongs inside a transaction. */
export function changeTotals(meta: Table, change: Partial<Totals>): void {
  const old = readTotals(meta);
  const row = Buffer.allocUnsafe(48);
  row.writeDoubleLE(old.entries + (change.entries ?? 0), 0);
  row.writeDoubleLE(old.indexBytes + (change.indexBytes ?? 0), 8);
  row.writeDoubleLE(old.fileBytes + (change.fileBytes ?? 0), 16);
  row.writeDoubleLE(old.reservedBytes + (change.reservedBytes ?? 0), 24);
  row.writeDoubleLE(change.nextOrder ?? old.nextOrder, 32);
  row.writeDoubleLE(change.hand ?? old.hand, 40);
  meta.putSync(TOTALS, row);
}

/** Two float64, little-endian: entries, bytes. */
export function readTenant(tenants: Table, tenantId: string): TenantTotals {
  const row = tenants.getBinary(Buffer.from(tenantId));
  if (row === undefined) return { entries: 0, bytes: 0 };
  return { entries: row.readDoubleLE(0), bytes: row.readDoubleLE(8) };
}

/** Adds `change` to the tenant's figures; a tenant without entries has no row. Belongs inside a transaction. */
export function changeTenant(tenants: Table, tenantId: string, change: TenantTotals): void {
  const old = readTenant(tenants, tenantId);
  const entries = old.entries + change.entries;
  if (entries <= 0) {
    tenants.removeSync(Buffer.from(tenantId));
    return;
  }
  const row = Buffer.allocUnsafe(16);
  row.writeDoubleLE(entries, 0);
  row.writeDoubleLE(old.bytes + change.bytes, 8);
  tenants.putSync(Buffer.from(tenantId), row);
}
