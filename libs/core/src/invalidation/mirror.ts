import type { LogRecord, Position } from "@cogniverse/sdk";
import { isPurge, tombstoneOf, type PurgeSeen } from "../purge/purge-record.ts";
import { RecentRecords } from "./recent-records.ts";
import { TenantMirror } from "./tenant-mirror.ts";

/** The log as this process knows it, by tenant. */
export class Mirror {
  readonly recent: RecentRecords = new RecentRecords();
  readonly #tenants = new Map<string, TenantMirror>();
  /** Purges among what was taken in since {@link tellPurges}. */
  #purges: PurgeSeen[] = [];
  #onPurges: ((purges: readonly PurgeSeen[], isStart: boolean) => void) | undefined;
  /** By tenant the first position that the snapshot tells of that is being taken in. */
  #loading: Map<string, Position> | undefined;

  /** The same object for the same tenant, for ever: what holds it sees every later record. */
  tenant(tenantId: string): TenantMirror {
    let tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) this.#tenants.set(tenantId, (tenant = new TenantMirror()));
    return tenant;
  }

  /** All that were asked for, or that a record was about. */
  tenantIds(): Iterable<string> {
    return this.#tenants.keys();
  }

  /** Told of purges, in order, once all that came with them has been applied. `isStart`: they are those that the whole log tells of. One listener. */
  onPurges(listener: (purges: readonly PurgeSeen[], isStart: boolean) => void): void {
    this.#onPurges = listener;
  }

  apply(record: LogRecord): void {
    const { tenantId, position } = record;
    const first = this.#loading?.get(tenantId) ?? position;
    if (isPurge(record.scope))
      return void this.#purges.push({ record, older: first < tombstoneOf(position) });
    this.#loading?.set(tenantId, first);
    this.recent.add(record);
    this.tenant(tenantId).apply(record);
  }

  /** To be called once the mirror is known to be level with a head: before, nobody can judge a copy by it. */
  tellPurges(isStart: boolean): void {
    this.#loading = undefined;
    if (this.#purges.length === 0) return;
    const purges = this.#purges;
    this.#purges = [];
    this.#onPurges?.(purges, isStart);
  }

  /** Forgets all: a snapshot comes in from here to {@link tellPurges}. */
  reset(): void {
    this.#loading = new Map();
    this.recent.clear();
    this.#purges = [];
    for (const tenant of this.#tenants.values()) tenant.reset();
  }

  /** Sends every copy through the slow check once more. */
  recheckAll(): void {
    for (const tenant of this.#tenants.values()) tenant.version++;
  }

  /** Scopes, globs and heap bytes over all tenants. */
  size(): { readonly scopes: number; readonly globs: number; readonly bytes: number } {
    let scopes = 0;
    let globs = 0;
    let bytes = 0;
    for (const tenant of this.#tenants.values()) {
      scopes += tenant.scopes;
      globs += tenant.globs;
      bytes += tenant.bytes;
    }
    return { scopes, globs, bytes };
  }
}
