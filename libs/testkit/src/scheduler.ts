import type { Random } from "@cogniverse/sdk";
import type { FaultCall, FaultFilter, FaultOp, FaultScript } from "./fault-script.ts";
import { Gate } from "./gate.ts";
import { settle } from "./settle.ts";

/** A moment in a call to a tier (`"warm.getEntry before"`), or a name that the test itself passes with {@link Scheduler.checkpoint}. */
export type Checkpoint = `${string}.${FaultOp} ${"before" | "after"}` | (string & {});

type Stop = Pick<Gate, "reached" | "release" | "fail">;

/**
 * Puts the steps of concurrent calls in the order that a test wants. First {@link hold} a checkpoint, then start what will run
 * into it, await {@link reached}, do what is to happen meanwhile, {@link release}.
 */
export class Scheduler {
  readonly #tiers: Readonly<Record<string, FaultScript>>;
  readonly #gates = new Map<string, Stop[]>();
  readonly #own = new Map<string, Gate[]>();

  /** The scripts of the tiers by the names that checkpoints call them by. */
  constructor(tiers: Readonly<Record<string, FaultScript>> = {}) {
    this.#tiers = tiers;
  }

  /** Stops the next one that comes to this checkpoint. Held twice, it stops the next two. */
  hold(checkpoint: Checkpoint, filter: FaultFilter = {}): void {
    const gate = this.#tierGate(checkpoint, filter) ?? this.#ownGate(checkpoint);
    queue(this.#gates, checkpoint).push(gate);
  }

  /** Resolves when the checkpoint held first and not yet released has stopped somebody. Rejects where it is not held. */
  async reached(checkpoint: Checkpoint): Promise<void> {
    await this.#first(checkpoint).reached;
  }

  /** Lets go whoever stands or will stand at the checkpoint held first. */
  release(checkpoint: Checkpoint): void {
    this.#first(checkpoint).release();
    this.#gates.get(checkpoint)?.shift();
  }

  /** Makes whoever stands or will stand at the checkpoint held first fail. */
  fail(checkpoint: Checkpoint, error: unknown): void {
    this.#first(checkpoint).fail(error);
    this.#gates.get(checkpoint)?.shift();
  }

  /** For the test's own code, such as a compute: passes at once unless held. */
  async checkpoint(name: string, signal?: AbortSignal): Promise<void> {
    await this.#own.get(name)?.shift()?.pass(undefined, signal);
  }

  /**
   * Runs `work` with every call of every tier stopped before and after it did its work, and lets them go one at a time in an
   * order drawn from `random`: the same seed, the same order. For backends that answer without leaving the process.
   */
  async interleave<R>(random: Random, work: () => Promise<R>): Promise<R> {
    const stopped: Gate[] = [];
    const stop = (call: FaultCall): Promise<void> => {
      const gate = new Gate();
      stopped.push(gate);
      return gate.pass(undefined, call.signal);
    };
    const ends = Object.values(this.#tiers).flatMap((script) => [
      script.intercept("*", stop, { at: "before" }),
      script.intercept("*", stop, { at: "after" }),
    ]);
    const state = { running: true };
    const result = work().finally(() => (state.running = false));
    result.catch(() => undefined);
    while (state.running) {
      await settle();
      stopped.splice(Math.floor(random.next() * stopped.length), 1)[0]?.release();
    }
    for (const end of ends) end[Symbol.dispose]();
    for (const gate of stopped) gate.release();
    return result;
  }

  #tierGate(checkpoint: string, filter: FaultFilter): Stop | undefined {
    const match = /^(.+)\.(\w+) (before|after)$/.exec(checkpoint);
    const script = this.#tiers[match?.[1] ?? ""];
    if (match === null || script === undefined) return undefined;
    // A wrong name is a gate that is never reached, which `reached` then waits for in vain.
    return script.pause(match[2] as FaultOp, {
      ...filter,
      at: match[3] === "after" ? "after" : "before",
    });
  }

  #ownGate(name: string): Gate {
    const gate = new Gate();
    queue(this.#own, name).push(gate);
    return gate;
  }

  #first(checkpoint: string): Stop {
    const gate = this.#gates.get(checkpoint)?.[0];
    if (gate === undefined) throw new Error(`The checkpoint "${checkpoint}" is not held`);
    return gate;
  }
}

function queue<G>(all: Map<string, G[]>, name: string): G[] {
  const known = all.get(name);
  if (known !== undefined) return known;
  const made: G[] = [];
  all.set(name, made);
  return made;
}
