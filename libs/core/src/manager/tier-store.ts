import type { Codec, Entry, Resident } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import { expiryInTier } from "../policy/check-ttl.ts";
import type { FamilyState } from "../tenant/family-state.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { readableHead } from "../tier/readable-head.ts";
import type { Tier, TierAnswer } from "../tier/tier.ts";
import { endMove, moveAttributes } from "../trace/move.ts";
import type { ReadTrace } from "../trace/read-trace.ts";
import { HotNote } from "./hot-note.ts";

/** An entry on its way into tiers. */
export interface Shipment {
  readonly path: string;
  readonly family: FamilyState;
  readonly entry: Entry;
  readonly value: unknown;
  /** What the value takes in memory beside the entry's bytes. */
  readonly valueBytes: number;
  readonly codec: Codec<unknown>;
  /** Whether a caller or the policy named the TTL, so that a tier's default does not apply. */
  readonly ttlNamed: boolean;
}

/** Puts entries into tiers, under the rules that keep dead ones out. */
export class TierStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Stores in all tiers of the plan at the same time. Resolves when each took it or gave up; never rejects. */
  async fill(tenant: TenantState, plan: readonly Tier[], shipment: Shipment): Promise<void> {
    const stores = plan.map((tier) => this.#store(tenant, tier, shipment));
    await this.#engine.background.track(Promise.all(stores));
  }

  /** Brings a hit to the tiers above the one it was found in. The reader does not wait: decoded values are there at once, the rest follows. */
  promote(
    tenant: TenantState,
    above: readonly Tier[],
    shipment: Shipment,
    { from, trace }: Readonly<{ from: string; trace: ReadTrace | undefined }>,
  ): void {
    for (const tier of above) {
      const { path, family, entry } = shipment;
      const move = { path, family: family.name, metadata: entry.metadata, from, to: tier.name };
      const span = trace?.child("cache.promote", moveAttributes(move));
      const store = (): Promise<boolean> => this.#store(tenant, tier, shipment);
      const promote = async (): Promise<void> => {
        const stored = await (span === undefined ? store() : span.within(store));
        if (stored) tenant.tierCounters(tier).promotions++;
        endMove(span, stored);
      };
      if (tier.residents === undefined)
        this.#engine.background.add(promote, () => endMove(span, false));
      else void promote();
    }
  }

  /**
   * Rule 7: sent only under a live lease and while valid. What lands later than a newer record is dead by its position, and never replaces a
   * newer copy where the backend can compare.
   */
  async #store(tenant: TenantState, tier: Tier, shipment: Shipment): Promise<boolean> {
    const { path, family } = shipment;
    const counters = tenant.tierCounters(tier);
    const { coherence, clock } = this.#engine;
    const entry = inTier(shipment, tier, clock.now());
    const { metadata, data } = entry;
    if (data.byteLength > family.policy.maxValueBytes) return count(counters, false);
    // A compute that held the event loop for longer than the lease lasts is no reason to lose what it made. No await where the lease is live.
    if (!coherence.serves()) await coherence.renew();
    const late = metadata.expiresAt !== null && metadata.expiresAt <= clock.now();
    if (late || !this.#maySend(tenant, path, entry)) return count(counters, false);
    const stored =
      tier.residents === undefined
        ? await this.#send(tenant, tier, path, entry)
        : this.makeResident(tenant, tier, { ...shipment, entry }) !== undefined;
    return count(counters, stored);
  }

  #maySend(tenant: TenantState, path: string, { metadata }: Entry): boolean {
    return this.#engine.coherence.serves() && !this.#engine.isDead(tenant.mirror, path, metadata);
  }

  /** Sends one copy. Where a copy of a log that was replaced stands in the way, whose position compares with nothing, that one goes first. */
  async #send(tenant: TenantState, tier: Tier, path: string, entry: Entry): Promise<boolean> {
    const { tenantId } = tenant;
    const { asOf, logId } = entry.metadata;
    const put = (): Promise<TierAnswer<string | undefined>> =>
      tier.call({ what: "put", tenantId: tenant.tenantId }, (call) =>
        tier.entries.putEntry(path, entry, tenantId, { if: "not-newer", asOf }, call),
      );
    const first = await put();
    if (!first.up || first.value !== undefined) return first.up;
    const there = readableHead(await tier.head(path, tenantId));
    if (there === undefined) return false;
    const { etag, metadata } = there;
    if (metadata.logId === "" || metadata.logId === logId) return false;
    await tier.call({ what: "delete", tenantId: tenant.tenantId }, (call) =>
      tier.entries.deleteEntry(path, etag, tenantId, call),
    );
    if (!this.#maySend(tenant, path, entry)) return false;
    const second = await put();
    return second.up && second.value !== undefined;
  }

  /** Keeps a decoded value. To be called in the synchronous step in which it was found valid. */
  makeResident(tenant: TenantState, tier: Tier, shipment: Shipment): Resident | undefined {
    const { path, family, entry, value, valueBytes } = shipment;
    const { expiresAt } = entry.metadata;
    const { clock } = this.#engine;
    // A caller's own copy cannot be the shared one, and a tier that the policy leaves out answers only to calls that name it.
    const hot = tier.index === 0 && family.plan.includes(tier) && !family.policy.copyOnRead;
    const until = expiresAt === null ? Infinity : clock.monotonic() + (expiresAt - clock.now());
    return tenant.spaces[tier.index]?.insert({
      key: path,
      entry,
      value,
      valueBytes,
      note: new HotNote(tenant, shipment, hot ? until : -Infinity),
      checkedAt: tenant.mirror.version,
    });
  }
}

/** `stored`, counted. */
function count(counters: { writes: number; refusedWrites: number }, stored: boolean): boolean {
  if (stored) counters.writes++;
  else counters.refusedWrites++;
  return stored;
}

function inTier({ entry, ttlNamed }: Shipment, tier: Tier, now: number): Entry {
  const expiresAt = expiryInTier(entry.metadata, ttlNamed, tier.defaultTtl, now);
  if (expiresAt === entry.metadata.expiresAt) return entry;
  return { data: entry.data, metadata: { ...entry.metadata, expiresAt, freshUntil: expiresAt } };
}
