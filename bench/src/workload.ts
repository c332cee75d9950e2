import type { Contest, ContestPace } from "./contest.ts";

/** Something that is not a speed. `most`: the goal, where there is one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly most?: number;
}

/** How long and how often, for figures that are measured in rounds as contests are. */
export type WorkloadPace = Pick<ContestPace, "rounds" | "roundMs" | "signal">;

/** Contests and figures on one subject. They run one after the other; resources are released when the workload's iteration ends. */
export interface Workload {
  readonly name: string;
  readonly about: string;
  /** Prepares each item when it is asked for. */
  readonly items: (pace: WorkloadPace) => AsyncIterable<Contest | Figure>;
}
