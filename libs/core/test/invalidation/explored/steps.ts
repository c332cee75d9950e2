import type { ShortCut } from "@cogniverse/sdk";
import {
  doubted,
  forgotten,
  incarnationOf,
  isAskable,
  renamed,
  standing,
  withAlone,
  withoutAlone,
} from "../../../src/invalidation/short-cut.ts";
import type { Missing, Moment, NodeState, Reading, TableState, World } from "./world.ts";

/** What may happen next, each with a name for people. */
export type Step = Readonly<[name: string, world: World]>;

const NODES = ["A", "B"];
const sessionOf = (i: number): string => NODES[i] ?? "";

/** All that can happen next in `world`, with one protection missing. */
export function stepsFrom(before: World, missing: Missing): readonly Step[] {
  const world = { ...before, now: before.now + 1 };
  const steps: Step[] = [];
  const add = (name: string, next: World | undefined): void => {
    if (next !== undefined) steps.push([name, next]);
  };
  for (const i of world.nodes.keys()) {
    for (const [name, next] of nodeSteps(world, i, missing)) add(`${sessionOf(i)}: ${name}`, next);
  }
  for (const [k, table] of world.tables.entries()) {
    add(`table ${table.incarnation} is lost`, flushed(world, k));
    for (const i of world.nodes.keys())
      add(`${table.incarnation} drops ${sessionOf(i)}`, dropped(world, k, i, missing));
  }
  for (const [name, next] of invalidatorSteps(world, missing)) add(name, next);
  for (const orphan of world.orphans)
    if (orphan.base === world.version)
      add("a change that was given up lands", written(world, orphan.cut));
  return steps;
}

/**
 * The world once D has passed since a moment: leases that began before it are over, and a read that began before it gives none. Leases end no other way here:
 * that one may end sooner allows nothing that this does not.
 */
function passed(world: World, since: Moment): World {
  const nodes = world.nodes.map((node) => ({
    ...node,
    lease: node.lease <= since ? 0 : node.lease,
    reading: node.reading !== undefined && node.reading.begin <= since ? undefined : node.reading,
  }));
  return { ...world, nodes };
}

function written(world: World, cut: ShortCut | undefined): World {
  if (cut === undefined) return world;
  return { ...world, cut, version: world.version + 1 };
}

function withNode(world: World, i: number, change: Partial<NodeState>): World {
  return { ...world, nodes: world.nodes.map((n, k) => (k === i ? { ...n, ...change } : n)) };
}

function withTable(world: World, i: number, change: Partial<TableState>): World {
  return { ...world, tables: world.tables.map((t, k) => (k === i ? { ...t, ...change } : t)) };
}

function* nodeSteps(world: World, i: number, missing: Missing): Generator<Step> {
  const node = world.nodes[i];
  if (node === undefined) return;
  if (node.reading === undefined && node.reads > 0) {
    const reading: Reading = { step: "register", begin: world.now, table: -1 };
    yield ["begins to read", withNode(world, i, { reading, reads: node.reads - 1 })];
  }
  if (node.reading !== undefined) yield* readingSteps(world, i, node, node.reading, missing);
  if (node.withdrawing) {
    const done = withNode(world, i, { withdrawing: false, unsettled: false });
    yield ["has withdrawn", written(done, withoutAlone(world.cut, sessionOf(i)))];
    const failed = withNode(world, i, { withdrawing: false });
    yield* given(failed, withoutAlone(world.cut, sessionOf(i)), "withdrawal");
  }
  for (const [k, table] of world.tables.entries()) {
    const behind = (table.sessions[i]?.applied ?? Infinity) < node.mirror;
    if (behind) yield ["tells what it has applied", registered(world, i, k)];
  }
  const { table, since } = node.named;
  const at = world.tables.findIndex(({ incarnation }) => incarnation === incarnationOf(table));
  const due = missing === "confirm after D" ? world : passed(world, since);
  if (table !== "" && at >= 0 && world.tables[at]?.confirmed !== table)
    yield ["confirms what is named", withTable(due, at, { confirmed: table })];
  yield* doubtSteps(world, i, node, missing);
}

function* doubtSteps(world: World, i: number, node: NodeState, missing: Missing): Generator<Step> {
  const other = new Set([sessionOf(1 - i)]);
  const cut = world.left.doubts > 0 ? doubted(world.cut, other) : undefined;
  if (cut !== undefined) {
    const left = { ...world.left, doubts: world.left.doubts - 1 };
    yield ["doubts the other", written({ ...world, left }, cut)];
  }
  const { session, since } = node.leaving;
  const due = missing === "forget after D" ? world : passed(world, since);
  if (session === "") return;
  const gone = forgotten(world.cut, new Set([session]));
  if (gone !== undefined) yield ["forgets the other", written(due, gone)];
}

/** A change that its node gave up: not done, and it may land later all the same. */
function* given(world: World, cut: ShortCut | undefined, what: string): Generator<Step> {
  if (world.left.failures === 0 || cut === undefined) return;
  const left = { ...world.left, failures: world.left.failures - 1 };
  const orphans = [...world.orphans, { base: world.version, cut }];
  yield [`${what} fails`, { ...world, left, orphans }];
}

function* readingSteps(
  world: World,
  i: number,
  node: NodeState,
  reading: Reading,
  missing: Missing,
): Generator<Step> {
  const go = (next: Reading): World => withNode(world, i, { reading: next });
  if (reading.step === "wait") {
    if (!node.withdrawing) yield ["reads anew", go({ ...reading, step: "register" })];
  } else if (reading.step === "register") {
    const late = missing === "register before reading";
    const { left } = world;
    if (left.aways > 0) {
      const away = { ...go({ ...reading, step: "read", table: -1 }) };
      yield ["cannot reach a table", { ...away, left: { ...left, aways: left.aways - 1 } }];
    }
    for (const k of world.tables.keys()) {
      const next = go({ ...reading, step: "read", table: k });
      if (!late) yield [`registers in ${k}`, registered(next, i, k)];
      else if (standing(world.cut, sessionOf(i), world.tables[k]?.incarnation) === "table")
        yield [
          "reads the log",
          looked(
            go({ ...reading, step: "late", table: k, found: world.position }),
            i,
            node,
            missing,
          ),
        ];
      else yield ["reads the log", registered(next, i, k)];
    }
  } else if (reading.step === "late") {
    const mirror = Math.max(node.mirror, reading.found ?? 0);
    const serves = { lease: reading.begin, mirror, reading: undefined };
    yield ["registers late", withNode(registered(world, i, reading.table), i, serves)];
  } else yield* readSteps(world, i, node, reading, missing);
}

function registered(world: World, i: number, k: number): World {
  const place = { applied: world.nodes[i]?.mirror ?? 0, renewed: world.now };
  const table = world.tables[k];
  return withTable(world, k, {
    sessions: table?.sessions.map((s, n) => (n === i ? place : s)) ?? [],
  });
}

function* readSteps(
  before: World,
  i: number,
  node: NodeState,
  reading: Reading,
  missing: Missing,
): Generator<Step> {
  const { cut } = before;
  const world = looked(before, i, node, missing);
  const session = sessionOf(i);
  const table = world.tables[reading.table];
  const named = missing === "serve only by the table that the head names";
  let stands = standing(
    cut,
    session,
    named && table !== undefined && cut.table !== ""
      ? incarnationOf(cut.table)
      : table?.incarnation,
  );
  if (missing === "serve alone only unmarked" && cut.alone.some((n) => n.session === session))
    stands ??= "alone";
  const isAlone = cut.alone.some((n) => n.session === session);
  const mirror = Math.max(node.mirror, world.position);
  const serves = { lease: reading.begin, mirror, reading: undefined };
  const again: Reading = { ...reading, step: "register" };
  if (stands === "table") {
    const withdraws = isAlone && !node.withdrawing;
    const change = withdraws ? { withdrawing: true, unsettled: true } : {};
    const next = withNode(world, i, { ...serves, ...change });
    yield ["serves by the table", next];
    return;
  }
  if (node.withdrawing && missing !== "wait for a withdrawal") {
    yield ["waits", withNode(world, i, { reading: { ...reading, step: "wait" } })];
    return;
  }
  const settled = !node.unsettled || missing === "write anew after a failed change";
  if (stands === "alone" && settled) yield ["serves alone", withNode(world, i, serves)];
  const failed = withNode(world, i, { reading: undefined });
  if (stands !== "alone" || !settled) {
    const declared = withNode(world, i, { reading: again, unsettled: false });
    yield ["declares that it serves alone", written(declared, withAlone(cut, session))];
    yield* given(failed, withAlone(cut, session), "declaration");
  }
  const { left } = world;
  if (table === undefined || left.namings === 0) return;
  const naming = missing === "name each naming anew" ? "" : left.namings;
  const to = `${table.incarnation} ${naming}`;
  const cutTo = renamed(cut, session, { from: cut.table, to });
  const counted = { ...world, left: { ...left, namings: left.namings - 1 } };
  const proposed = withNode(counted, i, { reading: again, unsettled: false });
  yield [`names ${table.incarnation}`, written(proposed, cutTo)];
  yield* given(withNode(counted, i, { reading: undefined, unsettled: true }), cutTo, "naming");
}

/** What the node keeps in mind of the head that it read. */
function looked(world: World, i: number, node: NodeState, missing: Missing): World {
  const { now, cut } = world;
  const same = missing === "name each naming anew" && node.named.table !== "";
  const named =
    node.named.table === cut.table || (same && cut.table === "")
      ? node.named
      : { table: cut.table, since: now };
  const other = cut.alone.find(({ session, leaving }) => leaving && session !== sessionOf(i));
  const session = other?.session ?? "";
  const leaving = node.leaving.session === session ? node.leaving : { session, since: now };
  return withNode(world, i, { named, leaving });
}

function flushed(world: World, k: number): World | undefined {
  if (world.left.flushes === 0) return undefined;
  const table = world.tables[k];
  const left = { ...world.left, flushes: world.left.flushes - 1 };
  const incarnation = `${table?.incarnation ?? ""}'`;
  const sessions = world.nodes.map(() => undefined);
  return withTable({ ...world, left }, k, { incarnation, confirmed: "", sessions });
}

function dropped(world: World, k: number, i: number, missing: Missing): World | undefined {
  const table = world.tables[k];
  const place = table?.sessions[i];
  if (table === undefined || place === undefined) return undefined;
  const due = missing === "drop after D" ? world : passed(world, place.renewed);
  return withTable(due, k, {
    sessions: table.sessions.map((s, n) => (n === i ? undefined : s)),
  });
}

function* invalidatorSteps(world: World, missing: Missing): Generator<Step> {
  const { invalidating, left } = world;
  if (invalidating === undefined) {
    if (left.appends === 0) return;
    const position = world.position + 1;
    yield [
      `record ${position} is appended`,
      {
        ...world,
        position,
        version: world.version + 1,
        invalidating: { position, cut: world.cut, since: world.now },
        left: { ...left, appends: left.appends - 1 },
      },
    ];
    return;
  }
  const { position, cut, since } = invalidating;
  const done = { invalidating: undefined, acknowledged: position };
  const due = passed(world, since);
  yield [`record ${position} is acknowledged after D`, { ...due, ...done }];
  const table = world.tables.find(({ incarnation }) => incarnation === incarnationOf(cut.table));
  const askable = missing === "ask only where nobody is alone" || isAskable(cut, "another");
  if (!askable || table === undefined || table.confirmed !== cut.table || cut.table === "") return;
  if (table.sessions.every((s) => s === undefined || s.applied >= position))
    yield [`record ${position} is acknowledged by the table`, { ...world, ...done }];
}
