import type { ShortCut } from "@cogniverse/sdk";

/** Which protection is taken out; see {@link ../explored.test.ts}. */
export type Missing =
  | "register before reading"
  | "serve only by the table that the head names"
  | "confirm after D"
  | "name each naming anew"
  | "drop after D"
  | "forget after D"
  | "serve alone only unmarked"
  | "ask only where nobody is alone"
  | "wait for a withdrawal"
  | "write anew after a failed change"
  | "nothing";

/** A moment: the number of the step. Of two, only which came first matters. */
export type Moment = number;

/** A read under way. `begin`: when it began, which is when the lease that it gives begins. `table`: where the node was registered for it. */
export type Reading = Readonly<{
  step: "register" | "read" | "wait" | "late";
  begin: Moment;
  table: number;
  found?: number;
}>;

/** One node that serves. `lease`: when the read that gave it began; 0 = none. `named`, `leaving`: what it saw last, and since when. */
export type NodeState = Readonly<{
  lease: Moment;
  mirror: number;
  reading: Reading | undefined;
  reads: number;
  withdrawing: boolean;
  unsettled: boolean;
  named: Readonly<{ table: string; since: Moment }>;
  leaving: Readonly<{ session: string; since: Moment }>;
}>;

/** One server's table. `sessions`: by node how far it is and when it was renewed. */
export type TableState = Readonly<{
  incarnation: string;
  confirmed: string;
  sessions: readonly (Readonly<{ applied: number; renewed: Moment }> | undefined)[];
}>;

/** An invalidation: where its record is, and the head that its append made. */
type Invalidating = Readonly<{ position: number; cut: ShortCut; since: Moment }>;

/** A conditional write that was given up and may land still, if nothing else was written. */
type Orphan = Readonly<{ base: number; cut: ShortCut }>;

/** Everything at one moment. */
export type World = Readonly<{
  now: Moment;
  position: number;
  version: number;
  cut: ShortCut;
  nodes: readonly NodeState[];
  tables: readonly TableState[];
  invalidating: Invalidating | undefined;
  acknowledged: number;
  orphans: readonly Orphan[];
  left: Readonly<{
    appends: number;
    failures: number;
    flushes: number;
    doubts: number;
    aways: number;
    namings: number;
  }>;
}>;

/** How much may happen. */
export type Budget = World["left"] &
  Readonly<{ reads: readonly [a: number, b: number]; tables: number }>;

/** Two nodes that never read, servers, and a log that names no table. */
export function begin({ reads, tables, ...left }: Budget): World {
  const node = (leftReads: number): NodeState => ({
    lease: 0,
    mirror: 0,
    reading: undefined,
    reads: leftReads,
    withdrawing: false,
    unsettled: false,
    named: { table: "", since: 0 },
    leaving: { session: "", since: 0 },
  });
  const table = (incarnation: string): TableState => ({
    incarnation,
    confirmed: "",
    sessions: [undefined, undefined],
  });
  return {
    now: 1,
    position: 0,
    version: 0,
    cut: { table: "", alone: [] },
    nodes: reads.map(node),
    tables: ["a", "b"].slice(0, tables).map(table),
    invalidating: undefined,
    acknowledged: 0,
    orphans: [],
    left,
  };
}

/**
 * The same world where only the order of moments is kept, and only against the beginnings of leases and reads: of what lies between two of those D passes at once.
 */
export function canonical(world: World): string {
  const leases = [...new Set(world.nodes.flatMap((n) => [n.lease, n.reading?.begin ?? 0]))]
    .filter((moment) => moment > 0)
    .toSorted((a, b) => a - b);
  const rank = (moment: Moment): number => {
    if (moment === 0) return 0;
    const at = leases.findIndex((lease) => lease >= moment);
    if (at < 0) return 2 * leases.length + 1;
    return leases[at] === moment ? 2 * at + 2 : 2 * at + 1;
  };
  const parts: unknown[] = [world.position, world.acknowledged, textOf(world.cut)];
  for (const node of world.nodes) {
    const { reading, named, leaving } = node;
    parts.push(rank(node.lease), node.mirror, node.reads, node.withdrawing, node.unsettled);
    parts.push(named.table, rank(named.since), leaving.session, rank(leaving.since));
    if (reading !== undefined)
      parts.push(reading.step, rank(reading.begin), reading.table, reading.found);
    parts.push("/");
  }
  for (const { incarnation, confirmed, sessions } of world.tables) {
    parts.push(incarnation, confirmed);
    for (const session of sessions)
      parts.push(session === undefined ? "-" : `${session.applied}@${rank(session.renewed)}`);
  }
  const { invalidating } = world;
  if (invalidating !== undefined)
    parts.push(invalidating.position, textOf(invalidating.cut), rank(invalidating.since));
  for (const { base, cut } of world.orphans) if (base === world.version) parts.push(textOf(cut));
  return [...parts, ...Object.values(world.left)].join();
}

function textOf({ table, alone }: ShortCut): string {
  return `${table}:${alone.map(({ session, leaving }) => `${session}${leaving ? "!" : ""}`).join("+")}`;
}
