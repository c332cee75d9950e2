import type { Eviction, EvictionSource, InvalidationLog, SessionTable } from "@cogniverse/sdk";
import { Link } from "./link.ts";
import { logLink } from "./log-link.ts";
import { NodeClock } from "./node-clock.ts";
import type { ModelCache } from "./node-factory.ts";
import type { ModelLink } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";
import { tableLink } from "./table-link.ts";
import type { TierServer } from "./tier-server.ts";
import type { Timed } from "./turns.ts";

/** A call that takes longer has failed, for tiers as for the log. Shorter than D, so that programs see it happen. */
const LIMIT_MS = 120;

/** One node between its start and its end: a cache under test with its own clocks and its own ways to everything. */
export class ModelNode implements Timed {
  readonly index: number;
  readonly cache: ModelCache;
  readonly clock: NodeClock;
  readonly logLink: Link;
  readonly tableLink: Link;
  readonly tierLinks: readonly Link[];
  /** To what computes read; never cut, since no cache could help there. */
  readonly sourceLink: Link;
  isPaused = false;
  isDead = false;
  /** Takes no calls any more. */
  isClosing = false;
  readonly #turns: Surroundings["turns"];
  readonly #listeners: Set<(eviction: Eviction) => void>[];

  constructor(index: number, world: Surroundings) {
    const { turns, plan, random } = world;
    this.index = index;
    this.#turns = turns;
    this.clock = new NodeClock(turns, world.clockStart());
    this.logLink = new Link(turns, this);
    this.tableLink = new Link(turns, this);
    this.sourceLink = new Link(turns, this);
    const servers = world.tiersOf(index);
    this.tierLinks = servers.map(() => new Link(turns, this));
    this.#listeners = servers.map(() => new Set());
    const tiers = servers.map((server, i) => this.#tier(server, i));
    this.cache = world.nodeFactory({
      tiers,
      memoryEntries: plan.memoryEntries,
      log: this.#log(world),
      sessions: plan.sessions === "table" ? this.#table(world) : undefined,
      clock: this.clock,
      random,
      ttlMs: plan.ttlMs,
      waitMs: LIMIT_MS,
    });
    turns.watch(this);
  }

  dueAt(): number {
    return this.clock.dueAt();
  }

  fire(): void {
    this.clock.fire();
  }

  /** Whether somebody on the node can call its cache. */
  get mayCall(): boolean {
    return !this.isPaused && !this.isDead && !this.isClosing;
  }

  /** Tells whoever listens of a copy that a tier gives up. */
  tell(tier: number, eviction: Eviction): void {
    for (const listener of this.#listeners[tier] ?? []) listener(eviction);
  }

  link(name: ModelLink): Link | undefined {
    if (name === "log") return this.logLink;
    return name === "table" ? this.tableLink : this.tierLinks[name];
  }

  resume(): void {
    this.isPaused = false;
    this.clock.wake();
  }

  heal(): void {
    for (const link of [this.logLink, this.tableLink, ...this.tierLinks]) link.heal();
  }

  #tier(
    server: TierServer,
    i: number,
  ): { name: string; backend: ReturnType<TierServer["seenOver"]>; timeLimitMs: number } {
    const listeners = this.#listeners[i] ?? new Set();
    const evictions: EvictionSource = {
      onEvict(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
    };
    const link = this.tierLinks[i] ?? new Link(this.#turns, this);
    return { name: `tier${i}`, backend: server.seenOver(link, evictions), timeLimitMs: LIMIT_MS };
  }

  #table({ table, newsroom }: Surroundings): SessionTable {
    return tableLink({ table, newsroom, link: this.tableLink, clock: this.clock, life: this });
  }

  #log({ plan, random, log, table, newsroom }: Surroundings): InvalidationLog {
    return logLink({
      server: log,
      link: this.logLink,
      life: this,
      clock: this.clock,
      session: random.id(),
      table: plan.sessions === "log" ? table : undefined,
      newsroom,
      sharesClock: plan.clocks === "machine",
    });
  }
}
