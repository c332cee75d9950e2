import type { Fleet, FleetNode } from "./fleet.ts";
import type { NodeStand } from "./node-words.ts";
import { saidTwice } from "./state-lines.ts";

/** What one node had to tell in the end, against what was seen of it. */
type NodeEnd = Readonly<{
  /** By `stats`, and as its callers saw it. */
  acknowledged: readonly [told: number, seen: number];
  /** Spans of acknowledgements and of refusals, and as its callers saw them. */
  spans: readonly [
    acknowledged: number,
    refused: number,
    seenAcknowledged: number,
    seenRefused: number,
  ];
  /** Acknowledgements by what ended their wait, in `stats` and in spans. */
  told: readonly Readonly<{ sessions: number; lease: number }>[];
  saidTwice: readonly string[];
  code: number | null;
  printed: string;
}>;

/** Of a whole fleet. */
export type FleetEnd = Readonly<{
  violations: readonly string[];
  wrong: readonly NodeEnd[];
  /** Acknowledgements of all nodes. */
  bySessions: number;
  byLease: number;
}>;

/** Ends a fleet. `wrong`: nodes whose stats, spans or lines do not tell what happened, or whose process did not end by itself and in order. */
export async function endOf(fleet: Fleet): Promise<FleetEnd> {
  const stands = await fleet.stop();
  const violations = fleet.violations();
  const ends = await Promise.all(
    fleet.nodes.map((node, n) => nodeEnd(fleet, n, node, stands[n]?.acknowledged)),
  );
  const sum = (kind: "sessions" | "lease"): number =>
    stands.reduce((all, { acknowledged }) => all + acknowledged[kind], 0);
  return {
    violations,
    wrong: ends.filter((end) => !isRight(end)),
    bySessions: sum("sessions"),
    byLease: sum("lease"),
  };
}

async function nodeEnd(
  { history }: Fleet,
  n: number,
  { process, lines, spans }: FleetNode,
  { sessions, lease }: NodeStand["acknowledged"] = { sessions: 0, lease: 0 },
): Promise<NodeEnd> {
  const acknowledged = history.acknowledged(n).length;
  const refused = history.invalidated.filter(({ node }) => node === n).length - acknowledged;
  const failed = spans.filter((span) => span.failed).length;
  const endedBy = (by: string): number =>
    spans.filter((span) => span.attributes["cache.acknowledged_by"] === by).length;
  return {
    acknowledged: [sessions + lease, acknowledged],
    spans: [spans.length - failed, failed, acknowledged, refused],
    told: [
      { sessions, lease },
      { sessions: endedBy("sessions"), lease: endedBy("lease") },
    ],
    saidTwice: saidTwice(lines),
    ...(await process.end()),
  };
}

function isRight({
  acknowledged,
  spans,
  told: [stats, traces],
  saidTwice: twice,
  code,
  printed,
}: NodeEnd): boolean {
  const counts = acknowledged[0] === acknowledged[1];
  const traced = spans[0] === spans[2] && spans[1] === spans[3];
  const agree = stats?.sessions === traces?.sessions && stats?.lease === traces?.lease;
  return counts && traced && agree && twice.length === 0 && code === 0 && printed === "";
}
