import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "@cogniverse/sdk";
import type { LogEpochs } from "./log-epochs.ts";
import type { SoakNode } from "./soak-node.ts";
import type { Surroundings } from "./surroundings.ts";

/** What faults happen to. Nodes are asked for by their number, since they are replaced when they were killed. */
export interface Stage {
  readonly leaseMs: number;
  readonly all: Surroundings;
  readonly epochs: LogEpochs;
  readonly random: Random;
  node(index: number): SoakNode | undefined;
  /** Kills a node. Resolves when it has been away for so many ms and is started again, on its disk. */
  killed(index: number, awayMs: number): Promise<void>;
  readonly signal: AbortSignal;
  now(): number;
}

/** One kind of fault. Resolves when it is over. */
export type Fault = Readonly<{ kind: string; run: (stage: Stage) => Promise<void> }>;

/** Of one list, and how many D pass on average between two of them. */
export type FaultList = Readonly<{ faults: readonly Fault[]; restLeases: number }>;

/** Between so many D, in ms. */
export function some(stage: Stage, least: number, most: number): number {
  return (least + (most - least) * stage.random.next()) * stage.leaseMs;
}

/** One of the nodes. */
export function victim({ all, random }: Stage): number {
  return Math.floor(random.next() * all.plans.length);
}

/** For so long, or until all is to end. */
export async function rest({ signal }: Stage, ms: number): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
