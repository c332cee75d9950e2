import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "@cogniverse/sdk";
import type { FaultList, Stage } from "./stage.ts";

/** A fault that happened, in ms as all instants of a history. */
export interface Happened {
  readonly kind: string;
  readonly beganAt: number;
  endedAt: number;
}

/** Lets faults happen until the signal aborts: each list by itself, one at a time, all of a list in random order and then again. Resolves when all are over. */
export async function letHappen(
  lists: readonly FaultList[],
  stage: Stage,
  tell: (fault: string) => Happened,
): Promise<void> {
  await Promise.all(lists.map((list) => oneByOne(list, stage, tell)));
}

async function oneByOne(
  { faults, restLeases }: FaultList,
  stage: Stage,
  tell: (fault: string) => Happened,
): Promise<void> {
  const { random, signal, leaseMs } = stage;
  for (;;)
    for (const fault of shuffled(faults, random)) {
      await pause(2 * restLeases * random.next() * leaseMs, undefined, { signal }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      const happened = tell(fault.kind);
      await fault.run(stage);
      happened.endedAt = stage.now();
    }
}

function shuffled<T>(values: readonly T[], random: Random): readonly T[] {
  return values
    .map((value) => ({ value, order: random.next() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
