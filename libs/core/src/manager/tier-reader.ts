import {
  isUnreadable,
  type Call,
  type MissCause,
  type Resident,
  type StoredEntry,
} from "@cogniverse/sdk";
import { fitsChecksum } from "../codec/checksum.ts";
import { decodeValue } from "../codec/stored-value.ts";
import { isOutdone } from "../dependencies/own-copies.ts";
import type { Engine } from "../engine/engine.ts";
import type { KeyRegistry } from "../keys/key-registry.ts";
import { countMiss } from "../stats/counters.ts";
import type { Tier } from "../tier/tier.ts";
import type { ReadTrace } from "../trace/read-trace.ts";
import { HotNote } from "./hot-note.ts";
import type { Hit, Miss } from "./outcome.ts";
import type { Target } from "./target.ts";
import type { TierStore } from "./tier-store.ts";

/** One look-up. */
interface LookUp extends Target {
  readonly call: Call;
  /** The call's abort is passed on to tiers and ends no wait: somebody else sees to that. */
  readonly patient: boolean;
  readonly trace: ReadTrace | undefined;
}

type Found = Omit<Hit, "causes">;

/** The tier loop: asks one tier after the other until one has a copy that may be served. */
export class TierReader {
  readonly #engine: Engine;
  readonly #registry: KeyRegistry;
  readonly #store: TierStore;

  constructor(engine: Engine, registry: KeyRegistry, store: TierStore) {
    this.#engine = engine;
    this.#registry = registry;
    this.#store = store;
  }

  /** A hit is valid in the synchronous step in which this resolves. Rejects only with the signal's reason. */
  async read(lookUp: LookUp): Promise<Hit | Miss> {
    const causes: Record<string, MissCause> = {};
    const { coherence, tiers } = this.#engine;
    const live = coherence.serves() || (await coherence.renew());
    const { trace } = lookUp;
    trace?.asks();
    for (const tier of tiers) {
      // Without a lease nothing that a tier could answer may be served, so it is not asked either.
      const asked = live ? () => this.#ask(tier, lookUp) : () => "log-down" as const;
      const found = lookUp.plan.includes(tier) ? await asked() : "bypassed";
      if (typeof found !== "string") return { ...found, causes };
      causes[tier.name] = found;
      if (found === "bypassed") continue;
      trace?.told(tier.name, found);
      countMiss(lookUp.tenant.tierCounters(tier), found);
    }
    return { from: "nowhere", causes };
  }

  async #ask(tier: Tier, lookUp: LookUp): Promise<Found | MissCause> {
    const { tenant, key, call, patient } = lookUp;
    const resident = tenant.spaces[tier.index]?.find(key.path);
    if (resident !== undefined) {
      const found = await this.#checkResident(tier, lookUp, resident);
      if (found !== "absent") return found;
    }
    const answer = await tier.call(
      { what: "get", tenantId: tenant.tenantId, patient },
      (c) => tier.entries.getEntry(key.path, tenant.tenantId, c),
      call,
    );
    if (!answer.up) return "tier-down";
    if (answer.value === undefined) return "absent";
    return isUnreadable(answer.value)
      ? answer.value.unreadable
      : this.#verify(tier, lookUp, answer.value);
  }

  async #checkResident(tier: Tier, lookUp: LookUp, resident: Resident): Promise<Found | MissCause> {
    const { tenant, key, trace } = lookUp;
    const note = HotNote.of(resident.note, tenant);
    // Kept by another codec than the key's, or by another manager: its bytes decide.
    if (note === undefined || (key.codec !== undefined && note.codec !== key.codec))
      return "absent";
    const { coherence } = this.#engine;
    if (!coherence.serves() && !(await coherence.renew())) return "log-down";
    const cause =
      this.#refuse(lookUp, resident.entry) ?? this.#outdone(tier, lookUp, resident.entry);
    if (cause !== undefined) {
      if (cause !== "log-down") tenant.spaces[tier.index]?.drop(resident);
      return cause;
    }
    resident.checkedAt = tenant.mirror.version;
    resident.visited = true;
    this.#setHotUntil(note, resident);
    trace?.told(tier.name, "hit");
    trace?.found(tier.name);
    return { from: "tier", value: resident.value, tier, metadata: resident.entry.metadata };
  }

  /** Anew from the wall clock, which may have jumped since. */
  #setHotUntil(note: HotNote, resident: Resident): void {
    if (note.untilMonotonic === -Infinity || resident.expiresAt === Infinity) return;
    const { clock } = this.#engine;
    note.untilMonotonic = clock.monotonic() + (resident.expiresAt - clock.now());
  }

  async #verify(tier: Tier, lookUp: LookUp, stored: StoredEntry): Promise<Found | MissCause> {
    const { key, tenant, trace } = lookUp;
    const { metadata } = stored;
    if (metadata.logId === "") return "foreign";
    const early = this.#refuse(lookUp, stored) ?? this.#outdone(tier, lookUp, stored);
    if (early !== undefined && early !== "log-down") {
      this.#drop(tier, lookUp, stored);
      return early;
    }
    if (tier.verifies && !fitsChecksum(stored.data, metadata.checksum)) {
      this.#drop(tier, lookUp, stored);
      return "corrupt";
    }
    let codec;
    let value: unknown;
    let valueBytes = 0;
    try {
      codec = key.codec ?? this.#registry.codecById(metadata.codec);
      value = await decodeValue(stored, codec);
      valueBytes = codec.settle?.(value) ?? 0;
    } catch {
      return "undecodable";
    }
    const { coherence } = this.#engine;
    if (!coherence.serves()) await coherence.renew();
    // The last await is behind us: lease, then mirror, then out (rule 5). Promotion into memory is part of this step.
    const late = this.#refuse(lookUp, stored) ?? this.#outdone(tier, lookUp, stored);
    if (late !== undefined) return late;
    trace?.told(tier.name, "hit");
    trace?.found(tier.name);
    const above = lookUp.plan.filter((t) => t.index < tier.index);
    const { family } = lookUp;
    const ttlNamed = family.policy.ttl !== undefined;
    const shipment = { path: key.path, family, entry: stored, value, valueBytes, codec, ttlNamed };
    const keep = (): void => {
      this.#store.promote(tenant, above, shipment, { from: tier.name, trace });
      if (tier.residents !== undefined) this.#store.makeResident(tenant, tier, shipment);
    };
    if (trace === undefined) keep();
    else trace.within(keep);
    return { from: "tier", value, tier, metadata };
  }

  /** Lease, then time, then mirror, in one synchronous step. */
  #refuse(
    { tenant, key, trace }: LookUp,
    { metadata }: Pick<StoredEntry, "metadata">,
  ): MissCause | undefined {
    const { coherence, clock } = this.#engine;
    if (!coherence.serves()) return "log-down";
    if (metadata.expiresAt !== null && metadata.expiresAt <= clock.now()) return "expired";
    if (!this.#engine.isDead(tenant.mirror, key.path, metadata)) return undefined;
    trace?.died(metadata);
    return "invalidated";
  }

  #outdone(
    tier: Tier,
    { tenant, key }: LookUp,
    { metadata }: Pick<StoredEntry, "metadata">,
  ): MissCause | undefined {
    return isOutdone(this.#engine, tenant, tier, key.path, metadata) ? "invalidated" : undefined;
  }

  /** A copy that no read can ever use again makes room. Only this very copy: a newer one has another etag. */
  #drop(tier: Tier, { key, tenant }: LookUp, { etag }: StoredEntry): void {
    this.#engine.background.add(async () => {
      await tier.call({ what: "delete", tenantId: tenant.tenantId }, (call) =>
        tier.entries.deleteEntry(key.path, etag, tenant.tenantId, call),
      );
    });
  }
}
