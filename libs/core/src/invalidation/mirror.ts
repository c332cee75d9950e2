import type { LogRecord } from "@cogniverse/sdk";
import { isPurge } from "../purge/purge-record.ts";
import { RecentRecords } from "./recent-records.ts";
import { TenantMirror } from "./tenant-mirror.ts";

/** The log as this process knows it, by tenant. */
export class Mirror {
  readonly recent: RecentRecords = new RecentRecords();
  readonly #tenants = new Map<string, TenantMirror>();
  #purged: ((record: LogRecord) => void) | undefined;

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

  /** Told of each purge, after the record that killed what was there, while the log is being applied. One listener. */
  onPurge(listener: (record: LogRecord) => void): void {
    this.#purged = listener;
  }

  apply(record: LogRecord): void {
    if (isPurge(record.scope)) return this.#purged?.(record);
    this.recent.add(record);
    this.tenant(record.tenantId).apply(record);
  }

  reset(): void {
    this.recent.clear();
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
