import { inOrder, type EntryMetadata } from "@cogniverse/sdk";
import { SEVERAL } from "../compute/source-registry.ts";
import type { Engine } from "../engine/engine.ts";
import type { KeyRegistry } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { readableHead } from "../tier/readable-head.ts";
import type { Tier } from "../tier/tier.ts";
import { ContentTeller } from "./content-teller.ts";
import { commonTiers } from "./own-copies.ts";
import type { FilledCopy, RecentFills } from "./recent-fills.ts";
import { sourceRecord } from "./source-record.ts";
import type { Seen } from "./verified-sources.ts";

/** Look-ups of one compute that are under way at a time. */
const HEADS_AT_A_TIME = 16;

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
  readonly #teller: ContentTeller;
  readonly #attended = new Set<TenantState>();
  #closed = false;

  constructor(engine: Engine, registry: KeyRegistry) {
    this.#engine = engine;
    this.#registry = registry;
    this.#teller = new ContentTeller(engine, (tenant, path, copy) =>
      this.changes(tenant, path, copy),
    );
  }

  /** From here on what others derive from the tenant's keys is heard: also by a node that only reads, whose memory may hold what is nowhere else. */
  attend(tenant: TenantState): void {
    this.#attended.add(tenant);
    tenant.mirror.sources.onSource((path) => {
      // Now: the read of the log that brought it is no reason yet to forget what it speaks of.
      const copies = this.#fillsOf(tenant).of(path);
      if (copies.length === 0 && !tenant.spaces.some((space) => space?.find(path))) return;
      // Once all that came with it has been applied, too: a snapshot may say more of the key.
      queueMicrotask(() => this.#check(tenant, path, copies));
    });
  }

  /** Whether what was computed from these contents (by path) may be stored. Never rejects. */
  async vouch(tenant: TenantState, contents: ReadonlyMap<string, string>): Promise<boolean> {
    const { coherence } = this.#engine;
    // No other process: the registry of this one knows all of it.
    if (coherence.leaseMs === 0) return true;
    const isSettled = (path: string, digest: string): boolean =>
      tenant.verified.has(path, this.#seen(tenant, path, digest)) &&
      tenant.mirror.isKnownSource(path, digest);
    const sources = [...contents].filter(
      ([path, digest]) => !isSettled(path, digest) && !this.#registry.isImmutable(path),
    );
    // It changed while it was read.
    if (sources.some(([, digest]) => digest === SEVERAL)) return false;
    if (!(await this.#register(tenant, sources))) return false;
    const verify = (source: (typeof sources)[number]): Promise<boolean> =>
      this.#verify(tenant, ...source);
    let vouched = true;
    for await (const verified of inOrder(sources, HEADS_AT_A_TIME, verify)) vouched &&= verified;
    return vouched;
  }

  /** Whether a fill with this content has to say so in the log, as far as this node knows. One that is dead already replaces nothing. */
  changes(tenant: TenantState, path: string, copy: FilledCopy): boolean {
    if (this.#engine.coherence.leaseMs === 0) return false;
    return tenant.mirror.otherLives(path, copy.digest) && this.#lives(tenant, path, copy);
  }

  /** A fill, or a copy that only this node had, is being sent; call what this gives when every tier took it or gave up. */
  filling(tenant: TenantState, path: string, copy: FilledCopy): () => void {
    const { coherence, clock } = this.#engine;
    if (coherence.leaseMs === 0) return () => undefined;
    const fills = this.#fillsOf(tenant);
    fills.begin(path, copy);
    return () => {
      fills.landed(path, copy, clock.monotonic());
      this.#check(tenant, path, [copy]);
    };
  }

  /** Reads the log once more where something was filled since, and says what is still to be said, as far as the log takes it now. Never rejects. */
  async close(): Promise<void> {
    const unheard = [...this.#attended].some((tenant) => this.#fillsOf(tenant).size > 0);
    if (unheard) await this.#engine.coherence.caughtUp().catch(() => undefined);
    this.#closed = true;
    await this.#teller.close();
  }

  /** Without those of which every registration that could speak of them is in the mirror. */
  #fillsOf({ fills }: TenantState): RecentFills {
    const { coherence, clock } = this.#engine;
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

  #seen({ mirror }: TenantState, path: string, digest: string): Seen {
    return { digest, logId: this.#engine.coherence.logId, spokenAt: mirror.spokenAt(path) };
  }

  async #verify(tenant: TenantState, path: string, digest: string): Promise<boolean> {
    const seen = this.#seen(tenant, path, digest);
    const found = await this.#look(tenant, path, digest);
    if (found === "unknown") return false;
    if (found === "other") {
      // The copy that all others see stands; the next compute reads that one.
      this.#letGo(tenant, path, (metadata) => metadata.digest === digest);
      return false;
    }
    tenant.verified.add(path, seen);
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
    const answer = await tier.head(path, tenantId);
    if (!answer.up) return "unknown";
    const metadata = readableHead(answer)?.metadata;
    if (metadata === undefined) return "none";
    if (this.#engine.isDead(mirror, path, metadata)) return "none";
    // For a key that was not there, anything is other content.
    return metadata.digest === digest ? "same" : "other";
  }

  /** Somebody may have derived something from other content of the key than this node has. `copies`: what it brings to the others. */
  #check(tenant: TenantState, path: string, copies: readonly FilledCopy[]): void {
    if (this.#closed) return;
    const untold = copies.find((copy) => this.changes(tenant, path, copy));
    if (untold !== undefined) this.#teller.tell(tenant, path, untold);
    else if (copies.length === 0 && commonTiers(tenant, path).length > 0)
      this.#letGo(tenant, path, (metadata) => tenant.mirror.otherLives(path, metadata.digest));
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
