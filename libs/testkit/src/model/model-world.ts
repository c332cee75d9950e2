import { isCall, type Caller, type CallStep } from "./caller.ts";
import type { Calls } from "./calls.ts";
import { ModelNode } from "./model-node.ts";
import type { ModelEntry, ModelStep } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";

type Happening = Exclude<ModelStep, CallStep>;

/** Nodes at work: begins the calls of a program, and does to the world what it says. */
export class ModelWorld {
  readonly #all: Surroundings;
  readonly #caller: Caller;
  readonly #nodes: ModelNode[];

  constructor(all: Surroundings, caller: Caller) {
    this.#all = all;
    this.#caller = caller;
    this.#nodes = Array.from({ length: all.plan.nodes }, (_, i) => new ModelNode(i, all));
  }

  get calls(): Calls {
    return this.#caller.calls;
  }

  /** Begins a step. What it began goes on while turns are taken. Calls on a node that is paused or closing are left out. */
  begin(step: ModelStep): void {
    const node = this.#nodes[step.node % this.#nodes.length];
    if (node === undefined) return;
    if (!isCall(step)) this.#happen(step, node);
    else if (node.mayCall) this.#caller.begin(step, node);
  }

  /** All ways whole, all nodes awake. */
  mend(): void {
    for (const node of this.#nodes) {
      node.resume();
      node.heal();
    }
  }

  /** Every node reads these once more. */
  readAll(entries: readonly ModelEntry[]): void {
    for (const node of this.#nodes)
      for (const entry of entries)
        if (node.mayCall) this.#caller.begin({ ...entry, do: "get", node: 0, turns: 0 }, node);
  }

  #happen(step: Happening, node: ModelNode): void {
    switch (step.do) {
      case "evict":
      case "demote":
        return this.#evict(step, node);
      case "crash":
        return this.#crash(node);
      case "restart":
        return this.#restart(node);
      case "pause":
        node.isPaused = true;
        return;
      case "sleep":
        node.isPaused = true;
        return node.clock.sleep();
      case "resume":
        return node.resume();
      case "cut": {
        const link = node.link(step.link);
        if (link !== undefined) link.isCut = true;
        return;
      }
      case "heal":
        return node.link(step.link)?.heal();
      case "jump":
        return node.clock.jump(step.ms);
      case "lose":
        this.#lose(step.what);
        return;
      case "pass":
      case "quiet":
        return; // only turns, which whoever runs the program takes
    }
  }

  /** A log loses its own table too; one on another server stays. */
  #lose(what: "log" | "table"): void {
    const { log, table, plan } = this.#all;
    if (what === "log") log.lose();
    if (what === "table" || plan.sessions === "log") table.lose();
  }

  #evict(step: Extract<ModelStep, Readonly<{ do: "evict" | "demote" }>>, node: ModelNode): void {
    const server = this.#all.tiersOf(node.index)[step.tier];
    if (server === undefined) return;
    const tells = step.do === "demote" && node.mayCall;
    void server.forget(
      step.key,
      step.tenant,
      tells ? (eviction) => node.tell(step.tier, eviction) : undefined,
    );
  }

  #crash(node: ModelNode): void {
    node.isDead = true;
    this.#caller.calls.abandon(node);
    this.#nodes[node.index] = new ModelNode(node.index, this.#all);
  }

  #restart(node: ModelNode): void {
    if (!node.mayCall) return;
    node.isClosing = true;
    const close = async (): Promise<void> => {
      await node.cache.close();
      if (node.isDead) return;
      node.isDead = true;
      this.#caller.calls.abandon(node);
      this.#nodes[node.index] = new ModelNode(node.index, this.#all);
    };
    this.#caller.track({ do: "restart" }, node, close());
  }
}
