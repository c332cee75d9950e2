import { isUnreadable, type EntryMetadata } from "@cogniverse/sdk";
import { SEVERAL } from "../compute/source-registry.ts";
import type { Engine } from "../engine/engine.ts";
import { familyOf, type KeyRegistry } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { RecentFills, type FilledCopy } from "./recent-fills.ts";
import { sourceRecord } from "./source-record.ts";

/** Sources that this process looked at after they were registered; beyond, they are looked at once more. */
const MAX_VERIFIED = 65_536;
/** Look-ups of one compute that are under way at a time. */
const HEADS_AT_A_TIME = 16;

/** What is kept for one tenant. `verified`: by path the content that was looked at. */
type Kept = Readonly<{ fills: RecentFills; verified: Map<string, string> }>;

/** What the tiers that other nodes see have of a source. */
type Found = "same" | "other" | "none" | "unknown";

/**
 * Protocol rule 19 across nodes. Who derives: registers in the log which content was read, THEN looks into the shared tiers; other content there: the
 * result is returned and not stored. Who fills: writes, THEN looks for registrations of other content, which are in its mirror at the latest
 * with the next read of the log; there is one: a record on the key says so, and what was derived dies. One of the two always sees the other.
 * A source that is in no shared tier is no hindrance: whoever still has other content of it in memory lets go of that when the registration comes.
 */
export class SourceGuard {
  readonly #engine: Engine;
  readonly #registry: KeyRegistry;
  readonly #kept = new Map<TenantState, Kept>();
  readonly #retries = new Set<Disposable>();
  #closed = false;

  constructor(engine: Engine, registry: KeyRegistry) {
    this.#engine = engine;
    this.#registry = registry;
  }

  /** Whether what was computed from these contents (by path) may be stored. Never rejects. */
  async vouch(tenant: TenantState, contents: ReadonlyMap<string, string>): Promise<boolean> {
    const { coherence } = this.#engine;
    // No other process: the registry of this one knows all of it.
    if (coherence.leaseMs === 0) return true;
    const { verified } = this.#of(tenant);
    const isSettled = (path: string, digest: string): boolean =>
      verified.get(path) === digest && tenant.mirror.isKnownSource(path, digest);
    const sources = [...contents].filter(
      ([path, digest]) => !isSettled(path, digest) && !this.#registry.isImmutable(path),
    );
    // It changed while it was read.
    if (sources.some(([, digest]) => digest === SEVERAL)) return false;
    if (!(await this.#register(tenant, sources))) return false;
    let vouched = true;
    for (let at = 0; at < sources.length; at += HEADS_AT_A_TIME) {
      const page = sources.slice(at, at + HEADS_AT_A_TIME);
      const looked = await Promise.all(page.map((source) => this.#verify(tenant, ...source)));
      vouched &&= looked.every(Boolean);
    }
    return vouched;
  }

  /** Whether a fill with this content has to say so in the log, as far as this node knows. One that is dead already replaces nothing. */
  changes(tenant: TenantState, path: string, copy: FilledCopy): boolean {
    if (this.#engine.coherence.leaseMs === 0) return false;
    return tenant.mirror.otherLives(path, copy.digest) && this.#lives(tenant, path, copy);
  }

  /** A fill is being sent; call what this gives when every tier took it or gave up. */
  filling(tenant: TenantState, path: string, copy: FilledCopy): () => void {
    const { coherence, clock } = this.#engine;
    if (coherence.leaseMs === 0) return () => undefined;
    const fills = this.#fillsOf(tenant);
    fills.begin(path, copy);
    return () => {
      fills.landed(path, copy, clock.monotonic());
      this.#check(tenant, path, copy);
    };
  }

  close(): void {
    this.#closed = true;
    for (const retry of this.#retries) retry[Symbol.dispose]();
  }

  #of(tenant: TenantState): Kept {
    let kept = this.#kept.get(tenant);
    if (kept === undefined) {
      kept = { fills: new RecentFills(), verified: new Map() };
      this.#kept.set(tenant, kept);
      tenant.mirror.sources.onSource((path) => {
        // Now: the read of the log that brought it is no reason yet to forget what it speaks of.
        const copy = this.#fillsOf(tenant).of(path);
        if (copy === undefined && !tenant.spaces.some((space) => space?.find(path))) return;
        // Once all that came with it has been applied, too: a snapshot may say more of the key.
        queueMicrotask(() => this.#check(tenant, path, copy));
      });
    }
    return kept;
  }

  /** Without those of which every registration that could speak of them is in the mirror. */
  #fillsOf(tenant: TenantState): RecentFills {
    const { coherence, clock } = this.#engine;
    const { fills } = this.#of(tenant);
    const { ageMs } = coherence;
    if (ageMs !== undefined) fills.forgetBefore(clock.monotonic() - ageMs);
    return fills;
  }

  async #register(
    { tenantId, mirror }: TenantState,
    sources: readonly (readonly [path: string, digest: string])[],
  ): Promise<boolean> {
    const { coherence, clock, node, logger } = this.#engine;
    const written = { tenantId, at: clock.now(), node };
    const unknown = sources.filter(([path, digest]) => !mirror.isKnownSource(path, digest));
    if (unknown.length === 0) return true;
    try {
      await coherence.append(unknown.map(([path, digest]) => sourceRecord(path, digest, written)));
      return true;
    } catch (error) {
      logger.warn("what a value was derived from could not be registered; it is not stored", {
        why: String(error),
      });
      return false;
    }
  }

  async #verify(tenant: TenantState, path: string, digest: string): Promise<boolean> {
    const found = await this.#look(tenant, path, digest);
    if (found === "unknown") return false;
    if (found === "other") {
      // The copy that all others see stands; the next compute reads that one.
      this.#letGo(tenant, path, (metadata) => metadata.digest === digest);
      return false;
    }
    const { verified } = this.#of(tenant);
    if (verified.size >= MAX_VERIFIED) verified.clear();
    verified.set(path, digest);
    return true;
  }

  async #look(tenant: TenantState, path: string, digest: string): Promise<Found> {
    const common = commonTiers(tenant, path);
    const found = await Promise.all(
      common.map((tier) => this.#lookInto(tier, tenant, path, digest)),
    );
    if (found.includes("other")) return "other";
    if (found.includes("same") || !found.includes("unknown")) return "same";
    return "unknown";
  }

  async #lookInto(tier: Tier, tenant: TenantState, path: string, digest: string): Promise<Found> {
    const { tenantId, mirror } = tenant;
    const answer = await tier.call({ what: "head", tenantId }, (call) =>
      tier.entries.headEntry(path, tenantId, call),
    );
    if (!answer.up) return "unknown";
    if (answer.value === undefined || isUnreadable(answer.value)) return "none";
    const { metadata } = answer.value;
    if (this.#engine.isDead(mirror, path, metadata)) return "none";
    // For a key that was not there, anything is other content.
    return metadata.digest === digest ? "same" : "other";
  }

  /** Somebody may have derived something from other content than this node has of the key. */
  #check(tenant: TenantState, path: string, copy: FilledCopy | undefined): void {
    if (this.#closed) return;
    if (copy !== undefined && this.changes(tenant, path, copy))
      this.#engine.background.add(() => this.#say(tenant, path, copy));
    else if (copy === undefined && commonTiers(tenant, path).length > 0)
      this.#letGo(tenant, path, (metadata) => tenant.mirror.otherLives(path, metadata.digest));
  }

  async #say(tenant: TenantState, path: string, copy: FilledCopy): Promise<void> {
    const { coherence, clock, node, logger } = this.#engine;
    if (this.#closed || !this.changes(tenant, path, copy)) return;
    const { tenantId } = tenant;
    const { digest } = copy;
    const scope = { kind: "key", value: path } as const;
    const record = { tenantId, scope, mode: "hard", digest, fill: true } as const;
    try {
      await coherence.append([{ ...record, at: clock.now(), node }]);
      tenant.sources.settled(path, digest);
    } catch (error) {
      logger.warn("other content for a source could not be told yet; trying again", {
        why: String(error),
      });
      const retry = clock.after(Math.max(coherence.leaseMs / 3, 50), () => {
        this.#retries.delete(retry);
        this.#engine.background.add(() => this.#say(tenant, path, copy));
      });
      this.#retries.add(retry);
    }
  }

  #lives({ mirror }: TenantState, path: string, copy: FilledCopy): boolean {
    return !this.#engine.isDead(mirror, path, copy);
  }

  #letGo(tenant: TenantState, path: string, dead: (metadata: EntryMetadata) => boolean): void {
    for (const space of tenant.spaces) {
      const resident = space?.find(path);
      if (resident !== undefined && dead(resident.entry.metadata)) space?.drop(resident);
    }
  }
}

/** The tiers of the key's policy that other nodes see too: shared ones, else those of this machine. */
function commonTiers(tenant: TenantState, path: string): readonly Tier[] {
  const { plan } = tenant.family({ path, family: familyOf(path).family });
  const at = (locality: "shared" | "machine"): readonly Tier[] =>
    plan.filter(({ backend }) => backend.traits?.locality === locality);
  const shared = at("shared");
  return shared.length > 0 ? shared : at("machine");
}
