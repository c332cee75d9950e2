import { Child } from "../child.ts";
import type { NodeTiers } from "./node.ts";

/**
 * How a process began to serve by a log. `openMs`: until its tiers were open; `servesMs`: until it first answered from a tier, or gave up (`serves`
 * false); `blockedMs`: the longest time that it did nothing else; `rssBytes`: the most that it took.
 */
export type Start = Readonly<{
  serves: boolean;
  openMs: number;
  servesMs: number;
  blockedMs: number;
  scopes: number;
  mirrorBytes: number;
  rssBytes: number;
}>;

/** Starts a cache in a process of its own, and ends it. */
export async function startNode(tiers: NodeTiers): Promise<Start> {
  await using child = new Child(new URL("start.child.ts", import.meta.url), [
    JSON.stringify(tiers),
  ]);
  // What the script beside this one says.
  return (await child.said()) as Start;
}
