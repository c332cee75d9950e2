import assert from "node:assert/strict";
import {
  isUnreadable,
  toPosition,
  type Entry,
  type Eviction,
  type NewResident,
  type WriteCondition,
} from "@cogniverse/sdk";
import type { MemoryOptions } from "../src/index.ts";
import { makeTier, newcomer, statsOf } from "./make-tier.ts";
import { TierModel } from "./tier-model.ts";

export const TENANTS = ["acme", "other"] as const;
export const KEYS = ["a", "b", "c", "d", "e", "f", "g"] as const;

type Place = Readonly<{ tenantId: string; key: string }>;
type Content = Readonly<{ length: number; asOf: number; ttl: number | null }>;
export type Step = Readonly<
  | (Place & Content & { do: "insert" | "put-entry" | "put-if-absent" | "put-not-newer" })
  | (Place & { do: "delete" | "delete-by-etag" | "delete-by-old-etag" | "drop" | "hit" })
  | { do: "wait"; ms: number }
>;

/** A tier and its model, driven together. */
export class TierBesideModel {
  readonly #made: ReturnType<typeof makeTier>;
  readonly #model: TierModel;
  readonly #told: Eviction[] = [];
  readonly #loads: Promise<Entry | undefined>[] = [];

  constructor(options: MemoryOptions) {
    this.#made = makeTier(options);
    this.#model = new TierModel(options);
    this.#made.tier.evictions.onEvict((eviction) => {
      this.#told.push(eviction);
      this.#loads.push(eviction.load());
    });
  }

  async run(one: Step): Promise<void> {
    if (one.do === "wait") this.#made.clock.advance(one.ms);
    else if ("length" in one) await this.#write(one);
    else await this.#touch(one);
    await this.#checkEvictions();
    await this.#checkBounds();
    for (const tenantId of TENANTS)
      for (const key of KEYS) await this.#checkCopy({ tenantId, key });
    await this.#checkAccounts();
  }

  get #now(): number {
    return this.#made.clock.now();
  }

  async #write(one: Extract<Step, Content>): Promise<void> {
    const { tenantId, key, length, asOf } = one;
    const ttl = one.ttl === null ? null : this.#now / 1000 + one.ttl;
    const made = newcomer(key, { length, asOf, ttl });
    const written: NewResident =
      one.do === "insert" ? made : { ...made, value: undefined, checkedAt: -1 };
    const condition = conditionOf(one);
    const accepted = this.#model.accepts(tenantId, written, condition, this.#now);
    const { residents, entries } = this.#made.tier;
    const answer =
      one.do === "insert"
        ? residents.space(tenantId).insert(written)
        : await entries.putEntry(key, written.entry, tenantId, condition);
    assert.equal(answer !== undefined, accepted);
    await this.#checkEvictions();
    if (accepted) this.#model.set(tenantId, written);
  }

  async #touch({ do: what, tenantId, key }: Extract<Step, Place>): Promise<void> {
    const { tier } = this.#made;
    const there = this.#model.live(tenantId, key, this.#now);
    const space = tier.residents.space(tenantId);
    const resident = space.find(key);
    if (what === "hit" && resident !== undefined) resident.visited = true;
    if (what === "hit") return;
    if (what === "drop" && resident !== undefined) space.drop(resident);
    if (what === "drop" && resident === undefined) return;
    if (what === "delete") assert.equal(await tier.delete(key, tenantId), there !== undefined);
    if (what.startsWith("delete-by")) {
      const head = await tier.entries.headEntry(key, tenantId);
      const etag = head === undefined || isUnreadable(head) ? "none" : head.etag;
      const asked = what === "delete-by-etag" ? etag : `${etag}0`;
      const expected = there !== undefined && what === "delete-by-etag";
      assert.equal(await tier.entries.deleteEntry(key, asked, tenantId), expected);
      if (what === "delete-by-old-etag") return;
    }
    this.#model.delete(tenantId, key);
  }

  async #checkEvictions(): Promise<void> {
    const told = this.#told.splice(0);
    const problems = told.flatMap((eviction) => this.#model.evict(eviction, this.#now) ?? []);
    assert.deepEqual(problems, []);
    const loaded = await Promise.all(this.#loads.splice(0));
    assert.deepEqual(
      loaded.map((entry) => entry?.metadata),
      told.map((one) => one.metadata),
    );
  }

  async #checkBounds(): Promise<void> {
    const { maxBytes, maxEntries, maxTenantBytes, maxTenantEntries, maxTenantShare } =
      this.#model.limits;
    for (const tenantId of TENANTS) {
      const { entries, bytes, details } = await statsOf(this.#made.tier, tenantId);
      assert.ok((details["usedBytes"] ?? NaN) <= maxBytes);
      assert.ok((details["totalEntries"] ?? NaN) <= maxEntries);
      assert.ok(bytes <= maxTenantBytes);
      assert.ok(maxTenantShare === 1 || entries <= maxTenantEntries);
    }
  }

  /** Reading drops what expired, so that afterwards the accounts must agree exactly. */
  async #checkCopy({ tenantId, key }: Place): Promise<void> {
    const expected = this.#model.live(tenantId, key, this.#now)?.written;
    const head = await this.#made.tier.entries.headEntry(key, tenantId);
    const metadata = head === undefined || isUnreadable(head) ? undefined : head.metadata;
    assert.equal(metadata, expected?.entry.metadata);
    assert.equal(this.#made.tier.residents.space(tenantId).find(key)?.value, expected?.value);
  }

  async #checkAccounts(): Promise<void> {
    this.#model.forgetExpired(this.#now);
    const all = this.#model.sums();
    for (const tenantId of TENANTS) {
      const { entries, bytes, details } = await statsOf(this.#made.tier, tenantId);
      assert.deepEqual({ entries, bytes }, this.#model.sums(tenantId));
      const { totalEntries, usedBytes } = details;
      assert.deepEqual({ entries: totalEntries, bytes: usedBytes }, all);
    }
  }
}

function conditionOf(one: Extract<Step, Content>): WriteCondition | undefined {
  if (one.do === "put-if-absent") return { if: "absent" };
  if (one.do === "put-entry") return undefined;
  return { if: "not-newer", asOf: toPosition(one.asOf) };
}
