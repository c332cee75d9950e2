import type { LogRecord } from "@cogniverse/sdk";
import { isPurge } from "../purge/purge-record.ts";
import { RecentRecords } from "./recent-records.ts";
import { TenantMirror } from "./tenant-mirror.ts";

/** The log as this process knows it, by tenant. */
export class Mirror {
  readonly recent: RecentRecords = new RecentRecords();
  readonly #tenants = new Map<string, TenantMirror>();
  /** Purges among what was taken in since {@link tellPurges}. */
  #purges: LogRecord[] = [];
  #onPurges: ((records: readonly LogRecord[], isStart: boolean) => void) | undefined;

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
  onPurges(listener: (records: readonly LogRecord[], isStart: boolean) => void): void {
    this.#onPurges = listener;
  }

  apply(record: LogRecord): void {
    if (isPurge(record.scope)) return void this.#purges.push(record);
    this.recent.add(record);
    this.tenant(record.tenantId).apply(record);
  }

  /** To be called once the mirror is known to be level with a head: before, nobody can judge a copy by it. */
  tellPurges(isStart: boolean): void {
    if (this.#purges.length === 0) return;
    const purges = this.#purges;
    this.#purges = [];
    this.#onPurges?.(purges, isStart);
  }

  reset(): void {
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
