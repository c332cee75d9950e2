import type { Random } from "@cogniverse/sdk";
import { seededRandom } from "../seeded-random.ts";
import { CATALOG, programKeys, SCOPES, TENANTS } from "./key-catalog.ts";
import type {
  ModelAct,
  ModelEntry,
  ModelLink,
  ModelProgram,
  ModelStep,
  ModelTier,
  ModelWorldPlan,
} from "./program.ts";

/** How often several steps come together. */
const SCENE_SHARE = 0.12;

type Weighted<T> = readonly (readonly [weight: number, value: T])[];

/** The program of a seed: always the same one. */
export function randomProgram(seed: number): ModelProgram {
  const draw = new Draw(seededRandom(seed));
  const world = randomWorld(draw);
  const entries = hotEntries(draw);
  const length = 4 + draw.below(18);
  const steps: ModelStep[] = [];
  while (steps.length < length) {
    const node = draw.below(world.nodes);
    const acts = draw.chance(SCENE_SHARE)
      ? randomScene(draw, world, entries)
      : [randomAct(draw, world, entries)];
    for (const act of acts) steps.push({ ...act, node, turns: randomTurns(draw) });
  }
  return { world, seed, steps };
}

function randomTurns(draw: Draw): number {
  return draw.chance(0.3) ? 0 : draw.below(14);
}

/** What single steps seldom come to by themselves, on one node: it loses its lease and gets it back, or its own write is over before it reads. */
function randomScene(
  draw: Draw,
  world: ModelWorldPlan,
  entries: readonly ModelEntry[],
): readonly ModelAct[] {
  const entry = draw.of(entries);
  const ms = draw.of([120, 150, 190]);
  return draw.weighted<readonly ModelAct[]>([
    [
      3,
      [
        { do: "cut", link: "log" },
        { do: "pass", ms },
        { do: "heal", link: "log" },
      ],
    ],
    [1, apart(world, ms)],
    [2, [halt(world), { do: "pass", ms: ms + 60 }, { do: "resume" }]],
    [3, [{ do: "quiet" }, writeAct(draw, entry), { do: "quiet" }, { ...entry, do: "get" }]],
    [2, [randomAct(draw, world, entries), { do: "quiet" }, readAct(draw, entry)]],
  ]);
}

/** A process stands still, or where machines sleep the whole machine. */
function halt({ clocks }: ModelWorldPlan): ModelAct {
  return { do: clocks === "sleeping" ? "sleep" : "pause" };
}

/** A node is cut off from everything, for a while. */
function apart({ sessions, tiers }: ModelWorldPlan, ms: number): readonly ModelAct[] {
  const links: readonly ModelLink[] = [
    "log",
    ...(sessions === "table" ? (["table"] as const) : []),
    ...tiers.keys(),
  ];
  return [
    ...links.map((link): ModelAct => ({ do: "cut", link })),
    { do: "pass", ms },
    ...links.map((link): ModelAct => ({ do: "heal", link })),
  ];
}

class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  below(n: number): number {
    return Math.floor(this.#random.next() * n);
  }

  chance(share: number): boolean {
    return this.#random.next() < share;
  }

  of<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError("Nothing to draw from");
    return value;
  }

  weighted<T>(values: Weighted<T>): T {
    let left = this.#random.next() * values.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of values) if ((left -= weight) < 0) return value;
    return this.of(values)[1];
  }
}

function randomWorld(draw: Draw): ModelWorldPlan {
  const memoryEntries = draw.weighted([
    [2, 0],
    [2, 1],
    [2, 2],
    [4, 8],
  ]);
  const below = memoryEntries > 0 ? draw.below(4) : 1 + draw.below(4);
  const own = draw.below(below + 1);
  const tiers = Array.from({ length: below }, (_, i): ModelTier => ({
    place: i < own ? "own" : "shared",
    form: draw.chance(0.75) ? "entries" : "six",
  }));
  return {
    nodes: draw.weighted([
      [5, 2],
      [3, 3],
      [1, 4],
    ]),
    memoryEntries,
    tiers,
    sessions: draw.of(["none", "log", "log", "table", "table"]),
    news: draw.of(["none", "reliable", "lossy", "lossy"]),
    keptRecords: draw.of([1, 3, 0, 0]),
    clocks: draw.of(["machine", "jumping", "sleeping"]),
    ttlMs: draw.of([0, 0, 0, 300]),
  };
}

/** The few entries that a program is about, so that its calls meet. */
function hotEntries(draw: Draw): readonly ModelEntry[] {
  const keys = CATALOG.filter(({ made }) => made !== "never").map(({ key }) => key);
  const tenants = draw.chance(0.85) ? TENANTS.slice(0, 1) : TENANTS;
  const hot = Array.from({ length: 1 + draw.below(3) }, () => draw.of(keys));
  return [...hot, ...hot.flatMap(looksOf)].flatMap((key) =>
    tenants.map((tenant) => ({ key, tenant })),
  );
}

/** Who looks for something meets those who put it. */
function looksOf(key: string): readonly string[] {
  return programKeys.get(key).looks ?? [];
}

function randomAct(draw: Draw, world: ModelWorldPlan, entries: readonly ModelEntry[]): ModelAct {
  const kind = draw.weighted([
    [34, "read"],
    [24, "write"],
    [14, "quiet"],
    [6, "pass"],
    [5, "tier"],
    [10, "trouble"],
    [7, "relief"],
  ] as const);
  switch (kind) {
    case "read":
      return readAct(draw, draw.of(entries));
    case "write":
      return writeAct(draw, draw.of(entries));
    case "quiet":
      return { do: "quiet" };
    case "pass":
      return { do: "pass", ms: draw.of([5, 40, 120, 220, 500]) };
    case "tier": {
      const { tenant, key } = draw.of(entries);
      if (draw.chance(0.2)) return { do: "sweep", tenant };
      return { tenant, key, do: draw.of(["evict", "demote"]), tier: draw.below(4) };
    }
    case "trouble":
      return troubleAct(draw, world);
    default:
      return draw.chance(0.5) ? { do: "resume" } : { do: "heal", link: randomLink(draw, world) };
  }
}

function readAct(draw: Draw, entry: ModelEntry): ModelAct {
  const isPut = entry.key.startsWith("notes/");
  return { ...entry, do: isPut || draw.chance(0.35) ? "get" : "compute" };
}

function writeAct(draw: Draw, entry: ModelEntry): ModelAct {
  const kind = draw.weighted([
    [8, "invalidate"],
    [4, "put"],
    [1, "putSince"],
    [2, "refresh"],
    [2, "delete"],
    [0.5, "purge"],
  ] as const);
  const { tenant, key } = entry;
  const isPut = key.startsWith("notes/");
  if (kind === "invalidate") {
    const scope = draw.chance(0.5) ? ({ kind: "key", value: key } as const) : draw.of(SCOPES);
    const mode = draw.chance(0.75) ? "hard" : "soft";
    const wait = draw.chance(0.92) ? "everywhere" : "durable";
    return { do: "invalidate", tenant, scope, mode, wait, touches: draw.chance(0.1) };
  }
  if (kind === "purge") return { do: "purge", tenant };
  if (isPut && kind !== "delete") return { ...entry, do: "put" };
  return { ...entry, do: kind };
}

function troubleAct(draw: Draw, world: ModelWorldPlan): ModelAct {
  const kind = draw.weighted([
    [4, "crash"],
    [3, "restart"],
    [5, "pause"],
    [5, "cut"],
    [3, "jump"],
    [2, "lose"],
  ] as const);
  if (kind === "pause")
    return { do: world.clocks === "sleeping" && draw.chance(0.5) ? "sleep" : "pause" };
  if (kind === "cut") return { do: "cut", link: randomLink(draw, world) };
  if (kind === "lose") return { do: "lose", what: draw.chance(0.4) ? "log" : "table" };
  if (kind === "jump") {
    const ms = draw.of([50, 300, 900_000]);
    // A clock that is set back by as much as the machine slept leaves nothing to tell the time by: that is not promised.
    return { do: "jump", ms: world.clocks === "sleeping" || draw.chance(0.5) ? ms : -ms };
  }
  return { do: kind };
}

function randomLink(draw: Draw, world: ModelWorldPlan): ModelLink {
  if (world.sessions === "table" && draw.chance(0.35)) return "table";
  return world.tiers.length === 0 || draw.chance(0.6) ? "log" : draw.below(world.tiers.length);
}
