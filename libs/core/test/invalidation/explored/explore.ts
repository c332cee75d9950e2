import { seededRandom } from "@cogniverse/testkit";
import { stepsFrom } from "./steps.ts";
import { begin, canonical, type Budget, type Missing, type World } from "./world.ts";

/** Steps of a random way; what may happen for ever, such as a table that is confirmed again, happens no longer. */
const LONGEST_WAY = 60;
const SOON = 0.6;

/** What an exploration found. `violation`: the shortest way to a world in which a node may serve what was acknowledged as gone. */
export type Explored = Readonly<{ worlds: number; violation: readonly string[] | undefined }>;

/** Breadth first, until all worlds within the budget are seen, one is bad, or there are too many. */
export function explore(budget: Budget, missing: Missing, limit: number): Explored {
  const first = begin(budget);
  const came = new Map<string, Readonly<{ from: string; name: string }>>();
  const known = canonical(first);
  came.set(known, { from: "", name: "" });
  let layer: Readonly<{ id: string; world: World }>[] = [{ id: known, world: first }];
  while (layer.length > 0 && came.size < limit) {
    const next: typeof layer = [];
    for (const { id, world } of layer) {
      for (const [name, after] of stepsFrom(world, missing)) {
        const key = canonical(after);
        if (came.has(key)) continue;
        came.set(key, { from: id, name });
        if (isBad(after)) return { worlds: came.size, violation: wayTo(key, came) };
        next.push({ id: key, world: after });
      }
    }
    layer = next;
  }
  return { worlds: came.size, violation: undefined };
}

/** The world at the end of a way; `undefined` where it cannot be gone. */
export function follow(
  budget: Budget,
  missing: Missing,
  way: readonly string[],
): World | undefined {
  let world: World | undefined = begin(budget);
  for (const name of way) {
    if (world === undefined) return undefined;
    world = stepsFrom(world, missing).find(([step]) => step === name)?.[1];
  }
  return world;
}

/** Random ways through what is too much to explore to the end: `walks` of them, until one is bad or all are over. */
export function wander(
  budget: Budget,
  missing: Missing,
  { seed, walks }: Readonly<{ seed: number; walks: number }>,
): Explored {
  const random = seededRandom(seed);
  let worlds = 0;
  for (let walk = 0; walk < walks; walk++) {
    const way: string[] = [];
    let world = begin(budget);
    for (;;) {
      const steps = stepsFrom(world, missing);
      // What lets D pass ends what is interesting: seldom.
      const soon = steps.filter(([, after]) => !isLater(world, after));
      const from = soon.length > 0 && random.next() < SOON ? soon : steps;
      const step = from[Math.floor(random.next() * from.length)];
      if (step === undefined || way.length > LONGEST_WAY) break;
      const [name, after] = step;
      worlds++;
      way.push(name);
      if (isBad(after)) return { worlds, violation: way };
      world = after;
    }
  }
  return { worlds, violation: undefined };
}

/** Whether a lease ended, or a read was given up, on the way. */
function isLater(before: World, after: World): boolean {
  return after.nodes.some(
    ({ lease, reading }, i) =>
      lease === 0 &&
      (before.nodes[i]?.lease !== 0 ||
        (reading === undefined && before.nodes[i]?.reading !== undefined)),
  );
}

/** Whether a node may serve from before what was acknowledged. */
export function isBad({ nodes, acknowledged }: World): boolean {
  return nodes.some(({ lease, mirror }) => lease > 0 && mirror < acknowledged);
}

function wayTo(
  id: string,
  came: ReadonlyMap<string, Readonly<{ from: string; name: string }>>,
): readonly string[] {
  const way: string[] = [];
  for (let at = came.get(id); at !== undefined && at.name !== ""; at = came.get(at.from))
    way.unshift(at.name);
  return way;
}
