import type { Random, ShortCut } from "@cogniverse/sdk";
import { seededRandom } from "../seeded-random.ts";
import { LogServer } from "./log-server.ts";
import { Newsroom } from "./newsroom.ts";
import type { ClockStart } from "./node-clock.ts";
import type { ModelNodeFactory } from "./node-factory.ts";
import type { ModelProgram, ModelWorldPlan } from "./program.ts";
import { TableServer } from "./table-server.ts";
import { TierServer } from "./tier-server.ts";
import { Turns } from "./turns.ts";

const NOON = Date.UTC(2025, 0, 1, 12);

/** All that stays when nodes come and go: the log, the tiers, time. */
export class Surroundings {
  readonly plan: ModelWorldPlan;
  readonly turns: Turns;
  readonly log: LogServer;
  /** Who serves: on the log's server, or on one of its own. */
  readonly table: TableServer;
  readonly newsroom: Newsroom | undefined;
  /** For ids and for what nodes draw themselves; the order of turns has a source of its own. */
  readonly random: Random;
  readonly nodeFactory: ModelNodeFactory;
  readonly #shared: readonly (TierServer | undefined)[];
  readonly #own: (readonly TierServer[])[] = [];

  constructor({ world, seed }: ModelProgram, nodeFactory: ModelNodeFactory) {
    this.plan = world;
    this.nodeFactory = nodeFactory;
    this.turns = new Turns(seededRandom(seed));
    this.random = seededRandom(seed ^ 0x5bd1e995);
    this.table = new TableServer(this.random);
    this.log = new LogServer({
      random: this.random,
      keptRecords: world.keptRecords,
      shortCut: world.sessions === "table" ? this.#firstShortCut() : undefined,
    });
    // A log's own table counts as confirmed: the world began long ago.
    if (world.sessions === "log") this.table.confirm(this.table.incarnation);
    this.newsroom =
      world.sessions !== "none" && world.news !== "none"
        ? new Newsroom(this.turns, world.news === "lossy")
        : undefined;
    this.#shared = world.tiers.map((tier) =>
      tier.place === "shared" ? new TierServer(tier) : undefined,
    );
  }

  /** The tiers of one place, as it finds them again after a restart. */
  tiersOf(node: number): readonly TierServer[] {
    this.#own[node] ??= this.plan.tiers.map((tier, i) => this.#shared[i] ?? new TierServer(tier));
    return this.#own[node];
  }

  /** One world in two has begun long ago, so that its table may be asked at once. */
  #firstShortCut(): ShortCut {
    if (this.random.next() < 0.5) return { table: "", alone: [] };
    const table = `${this.table.incarnation} ${this.random.id()}`;
    this.table.confirm(table);
    return { table, alone: [] };
  }

  /** Clocks of a machine differ from others' by minutes, and run up to 1 % fast or slow; of one machine there is one. */
  clockStart(): ClockStart {
    if (this.plan.clocks === "machine") return { wall: NOON, monotonic: 1e6, rate: 1 };
    const { random } = this;
    const wall = NOON + Math.floor((random.next() - 0.5) * 1.8e6);
    const monotonic = Math.floor(random.next() * 1e7);
    return { wall, monotonic, rate: 0.99 + random.next() * 0.02 };
  }
}
