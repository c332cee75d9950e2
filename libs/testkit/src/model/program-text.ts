import type { ModelAct, ModelProgram, ModelStep } from "./program.ts";

/** A program as a short script that people read: the world, then a line for each step. */
export function programText({ world, seed, steps }: ModelProgram): string {
  const tiers = world.tiers.map(({ place, form }) => `${place} (${form})`);
  const memory = world.memoryEntries > 0 ? [`memory of ${world.memoryEntries}`] : [];
  const place = { log: "sessions of its own", table: "sessions in a table beside it" };
  const who =
    world.sessions === "none" ? "no sessions" : `${place[world.sessions]}, news ${world.news}`;
  const head = [
    `seed ${seed}: ${world.nodes} nodes over ${[...memory, ...tiers].join(", ")}`,
    `log with ${who}, keeps ${world.keptRecords || "all"} records; clocks ${world.clocks}; entries live ${world.ttlMs > 0 ? `${world.ttlMs} ms` : "for ever"}`,
  ];
  return [...head, ...steps.map(lineOf)].map((line) => `  ${line}`).join("\n");
}

function lineOf(step: ModelStep): string {
  const turns = step.turns === 0 ? "" : `, then ${step.turns} turns`;
  return `node ${step.node}: ${actText(step)}${turns}`;
}

function actText(act: ModelAct): string {
  switch (act.do) {
    case "invalidate": {
      const { scope, mode, wait, touches, tenant } = act;
      const what = scope.kind === "tenant" ? "the tenant" : `${scope.kind} ${scope.value}`;
      const how = wait === "durable" ? `${mode}, durable` : mode;
      return `invalidate ${what} of ${tenant} (${how}${touches ? ", nothing changed" : ""})`;
    }
    case "purge":
    case "sweep":
      return `${act.do} ${act.tenant}`;
    case "evict":
    case "demote":
      return `${act.do} ${act.key} of ${act.tenant} from tier ${act.tier}`;
    case "cut":
    case "heal":
      return `${act.do} the way to ${typeof act.link === "number" ? `tier ${act.link}` : `the ${act.link}`}`;
    case "jump":
    case "pass":
      return `${act.do} ${act.ms} ms`;
    case "lose":
      return `lose the ${act.what}`;
    default:
      return "key" in act ? `${act.do} ${act.key} of ${act.tenant}` : act.do;
  }
}
