import type { Eviction, NewResident, WriteCondition } from "@cogniverse/sdk";
import { resolveMemoryOptions, type ResolvedMemoryOptions } from "../src/memory-options.ts";
import type { MemoryOptions } from "../src/index.ts";
import { entryBytes } from "../src/weight.ts";

/** A copy as the model sees it. */
export type ModelCopy = Readonly<{ tenantId: string; written: NewResident; bytes: number }>;

/** What a tier should hold: a flat map and no cleverness. Which entries are evicted it is told, and whether that was allowed it checks. */
export class TierModel {
  readonly limits: ResolvedMemoryOptions;
  readonly #copies = new Map<string, ModelCopy>();

  constructor(options: MemoryOptions) {
    this.limits = resolveMemoryOptions(options);
  }

  live(tenantId: string, key: string, now: number): ModelCopy | undefined {
    const copy = this.#copies.get(`${tenantId} ${key}`);
    return copy === undefined || isExpired(copy, now) ? undefined : copy;
  }

  /** Whether a write must be accepted. */
  accepts(
    tenantId: string,
    written: NewResident,
    condition: WriteCondition | undefined,
    now: number,
  ): boolean {
    if (entryBytes(written, written.entry) > this.limits.maxEntryBytes) return false;
    const present = this.live(tenantId, written.key, now);
    if (condition?.if === "absent") return present === undefined;
    if (condition?.if !== "not-newer" || present === undefined) return true;
    return present.written.entry.metadata.asOf <= condition.asOf;
  }

  set(tenantId: string, written: NewResident): void {
    const bytes = entryBytes(written, written.entry);
    this.#copies.set(`${tenantId} ${written.key}`, { tenantId, written, bytes });
  }

  delete(tenantId: string, key: string): void {
    this.#copies.delete(`${tenantId} ${key}`);
  }

  /** Answers what is wrong with an eviction, having carried it out. */
  evict({ tenantId, key, metadata }: Eviction, now: number): string | undefined {
    const copy = this.live(tenantId, key, now);
    if (copy === undefined) return `told of ${key}, which is not there or expired`;
    if (copy.written.entry.metadata !== metadata) return `told of another copy of ${key}`;
    this.delete(tenantId, key);
    return undefined;
  }

  forgetExpired(now: number): void {
    for (const [id, copy] of this.#copies) if (isExpired(copy, now)) this.#copies.delete(id);
  }

  /** All tenants' where none is named. */
  sums(tenantId?: string): { entries: number; bytes: number } {
    const own = [...this.#copies.values()].filter(
      (copy) => tenantId === undefined || copy.tenantId === tenantId,
    );
    return { entries: own.length, bytes: own.reduce((sum, copy) => sum + copy.bytes, 0) };
  }
}

function isExpired({ written }: ModelCopy, now: number): boolean {
  const { expiresAt } = written.entry.metadata;
  return expiresAt !== null && expiresAt <= now;
}
