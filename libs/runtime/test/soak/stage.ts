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
