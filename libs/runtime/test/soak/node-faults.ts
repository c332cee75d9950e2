import type { TcpProxy } from "@cogniverse/test-servers";
import type { NewsFault } from "../deployment/news-proxy.ts";
import { rest, some, victim, type Fault, type Stage } from "./stage.ts";

/** Stops a node (SIGSTOP) for so many D. */
export async function stopped(
  stage: Stage,
  index: number,
  least: number,
  most: number,
): Promise<void> {
  const node = stage.node(index);
  node?.signal("SIGSTOP");
  await rest(stage, some(stage, least, most));
  node?.signal("SIGCONT");
}

/** What can happen to a node. */
export const OF_NODES: readonly Fault[] = [
  { kind: "SIGSTOP, shorter than D", run: (stage) => stopped(stage, victim(stage), 0.1, 0.9) },
  { kind: "SIGSTOP, longer than D", run: (stage) => stopped(stage, victim(stage), 1.2, 3) },
  { kind: "kill -9", run: (stage) => stage.killed(victim(stage), some(stage, 0, 2)) },
];

/** Trouble on the way of one node to a server, for so many D. */
type Trouble = Readonly<{
  server: "redis" | "s3";
  begin: (way: TcpProxy) => unknown;
  node?: number;
  leases?: readonly [least: number, most: number];
}>;

/** Resolves when it is over. */
export async function onWay(stage: Stage, trouble: Trouble): Promise<void> {
  const { server, begin, node = victim(stage), leases = [0.3, 4] } = trouble;
  const way = stage.all.plans[node]?.ways[server];
  if (way === undefined) return;
  await begin(way);
  await rest(stage, some(stage, ...leases));
  await way.heal();
}

/** Nothing comes through, and nothing is refused. */
export function cut(way: TcpProxy): void {
  way.cut();
}

/** What can happen on the ways to a server. */
export function ofWays(server: "redis" | "s3", name: string): readonly Fault[] {
  const reset = (way: TcpProxy): Promise<void> => way.reset();
  return [
    { kind: `way to ${name} swallows`, run: (stage) => onWay(stage, { server, begin: cut }) },
    { kind: `way to ${name} refuses`, run: (stage) => onWay(stage, { server, begin: reset }) },
    {
      kind: `way to ${name} delays`,
      run: (stage) => onWay(stage, { server, begin: (way) => way.delay(some(stage, 0.01, 0.3)) }),
    },
  ];
}

/** What can happen to announcements. */
export function ofNews(fault: NewsFault): Fault {
  return {
    kind: `announcements ${fault}`,
    async run(stage) {
      for (const { ways } of stage.all.plans) if (ways.news !== undefined) ways.news.fault = fault;
      await rest(stage, some(stage, 1, 3));
      for (const { ways } of stage.all.plans) if (ways.news !== undefined) ways.news.fault = "none";
    },
  };
}
