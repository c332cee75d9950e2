import type { ModelNodeFactory } from "./node-factory.ts";
import type { ModelProgram, ModelStep } from "./program.ts";
import { runProgram, type ModelRules } from "./run-program.ts";

/** How a failing program is made smaller. `tries`: schedules given to each smaller one; `runs`: programs run at most. */
export type ShrinkOptions = ModelRules &
  Readonly<{ tries?: number | undefined; runs?: number | undefined }>;

/**
 * The smallest program found that still fails, by leaving out steps and simplifying what is left, deterministically. Each candidate is tried under several
 * schedules, since taking a step out moves all draws after it: that is why this is no shrinker of a property-testing library, which tries each only once. The
 * program itself where nothing smaller fails.
 */
export async function shrinkProgram(
  program: ModelProgram,
  nodeFactory: ModelNodeFactory,
  options: ShrinkOptions = {},
): Promise<ModelProgram> {
  const shrinker = new Shrinker(program, nodeFactory, options);
  return shrinker.smallest();
}

class Shrinker {
  #best: ModelProgram;
  #runsLeft: number;
  readonly #tries: number;
  readonly #nodeFactory: ModelNodeFactory;
  readonly #rules: ModelRules;

  constructor(program: ModelProgram, nodeFactory: ModelNodeFactory, options: ShrinkOptions) {
    this.#best = program;
    this.#nodeFactory = nodeFactory;
    this.#rules = { grace: options.grace };
    this.#tries = options.tries ?? 24;
    this.#runsLeft = options.runs ?? 6000;
  }

  async smallest(): Promise<ModelProgram> {
    let before;
    do {
      before = this.#best;
      await this.#fewerSteps();
      await this.#plainerWorld();
      await this.#plainerSteps();
    } while (this.#best !== before && this.#runsLeft > 0);
    return this.#best;
  }

  /** Leaves out runs of steps, halves first, then ever shorter ones. */
  async #fewerSteps(): Promise<void> {
    for (let size = this.#best.steps.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < this.#best.steps.length;) {
        const steps = this.#best.steps.toSpliced(at, size);
        if (!(await this.#take({ ...this.#best, steps }))) at += size;
      }
    }
  }

  async #plainerWorld(): Promise<void> {
    const { world } = this.#best;
    for (const at of world.tiers.keys())
      if (
        await this.#take({
          ...this.#best,
          world: { ...world, tiers: world.tiers.toSpliced(at, 1) },
        })
      )
        return this.#plainerWorld();
    if (world.nodes > 2)
      await this.#take({ ...this.#best, world: { ...world, nodes: world.nodes - 1 } });
    const plain = {
      clocks: "machine",
      news: "none",
      keptRecords: 0,
      ttlMs: 0,
      memoryEntries: 0,
    } as const;
    for (const [name, value] of Object.entries(plain)) {
      const now = this.#best.world;
      await this.#takeOther({ ...now, [name]: value });
    }
    for (const sessions of ["none", "log"] as const)
      await this.#takeOther({ ...this.#best.world, sessions });
  }

  async #takeOther(world: ModelProgram["world"]): Promise<void> {
    const changes = JSON.stringify(world) !== JSON.stringify(this.#best.world);
    if (changes && (world.memoryEntries > 0 || world.tiers.length > 0))
      await this.#take({ ...this.#best, world });
  }

  async #plainerSteps(): Promise<void> {
    for (const at of this.#best.steps.keys()) {
      for (const plainer of [{ turns: 0 }, { node: 0 }]) {
        const step = this.#best.steps[at];
        if (step === undefined) return;
        // Of the same kind, with one number less in it.
        const next: ModelStep = { ...step, ...plainer };
        if (next.turns === step.turns && next.node === step.node) continue;
        await this.#take({ ...this.#best, steps: this.#best.steps.with(at, next) });
      }
    }
  }

  /** Goes on with the candidate if it fails under some schedule. */
  async #take(candidate: ModelProgram): Promise<boolean> {
    for (let n = 0; n < this.#tries && this.#runsLeft > 0; n++) {
      this.#runsLeft--;
      const tried = { ...candidate, seed: (candidate.seed + n) >>> 0 };
      const { wrong } = await runProgram(tried, this.#nodeFactory, this.#rules);
      if (wrong.length === 0) continue;
      this.#best = tried;
      return true;
    }
    return false;
  }
}
