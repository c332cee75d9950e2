import { Caller } from "./caller.ts";
import { CacheHistory } from "./history.ts";
import { programKeys } from "./key-catalog.ts";
import { ModelWorld } from "./model-world.ts";
import type { ModelNodeFactory } from "./node-factory.ts";
import type { ModelEntry, ModelProgram, ModelStep } from "./program.ts";
import { Surroundings } from "./surroundings.ts";
import { reactions, type Turns } from "./turns.ts";

/** What a program came to. `wrong`: empty where every answer was allowed; `hits`: reads answered out of a tier. */
export interface ModelOutcome {
  readonly wrong: readonly string[];
  readonly reads: number;
  readonly hits: number;
  readonly turns: number;
}

/** How the model judges. `grace`: a soft invalidation lets the old value be served while it is computed anew; default false. */
export type ModelRules = Readonly<{ grace?: boolean | undefined }>;

/** More turns than this end a wait for calls to end; where the program is over, they have hung. */
const PATIENCE = 400;
const LAST_PATIENCE = 10_000;

/** Runs one program. The same program on the same code gives the same outcome. Never rejects because of what the code under test does. */
export async function runProgram(
  program: ModelProgram,
  nodeFactory: ModelNodeFactory,
  rules: ModelRules = {},
): Promise<ModelOutcome> {
  const all = new Surroundings(program, nodeFactory);
  const { turns } = all;
  const world = new ModelWorld(
    all,
    new Caller(new CacheHistory({ grace: rules.grace === true }), all.log),
  );
  for (const step of program.steps) {
    world.begin(step);
    await reactions();
    if (step.turns > 0) await turns.take(step.turns);
    if (step.do === "pass") await pass(turns, step.ms);
    if (step.do === "quiet") await quiet(world, turns, PATIENCE);
    if (world.calls.wrong.length > 0) break;
  }
  if (world.calls.wrong.length === 0) await end(world, turns, program.steps);
  const { wrong, reads, hits } = world.calls;
  return { wrong, reads, hits, turns: turns.taken };
}

async function end(world: ModelWorld, turns: Turns, steps: readonly ModelStep[]): Promise<void> {
  world.mend();
  await quiet(world, turns, LAST_PATIENCE);
  world.calls.hung();
  world.readAll(entriesOf(steps));
  await reactions();
  await quiet(world, turns, LAST_PATIENCE);
  world.calls.hung();
}

async function quiet(world: ModelWorld, turns: Turns, patience: number): Promise<void> {
  await turns.take(patience, () => world.calls.isWaitedFor);
}

async function pass(turns: Turns, ms: number): Promise<void> {
  const until = turns.now + ms;
  await turns.take(PATIENCE, () => turns.now < until);
  turns.now = Math.max(turns.now, until);
}

/** What the program read or wrote by name, once each. */
function entriesOf(steps: readonly ModelStep[]): readonly ModelEntry[] {
  const entries = new Map<string, ModelEntry>();
  for (const step of steps) {
    if (!("key" in step) || programKeys.get(step.key).made === "never") continue;
    const { tenant, key } = step;
    entries.set(`${tenant} ${key}`, { tenant, key });
  }
  return [...entries.values()];
}
