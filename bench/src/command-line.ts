import { parseArgs } from "node:util";

/** What was asked for; `problem`: what is wrong with it. */
export type Request = Readonly<
  | { ask: "run"; only: readonly string[]; json: boolean; rounds: number; roundMs: number }
  | { ask: "help" }
  | { ask: "refuse"; problem: string }
>;

const OPTIONS = {
  only: { type: "string" },
  json: { type: "boolean" },
  rounds: { type: "string" },
  "round-ms": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the arguments. `names`: the workloads there are. */
export function readCommandLine(args: readonly string[], names: readonly string[]): Request {
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS, strict: true }));
  } catch (error) {
    return { ask: "refuse", problem: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { ask: "help" };
  const asked = values.only?.split(",").map((name) => name.trim()) ?? names;
  const unknown = asked.filter((name) => partsOf(name, names).length === 0);
  if (unknown.length > 0)
    return {
      ask: "refuse",
      problem: `No workload ${unknown.join(", ")}. There are: ${names.join(", ")}.`,
    };
  const rounds = Number(values.rounds ?? 21);
  const roundMs = Number(values["round-ms"] ?? 40);
  if (!Number.isInteger(rounds) || rounds < 1 || !(roundMs > 0))
    return {
      ask: "refuse",
      problem: "--rounds takes a whole number from 1, --round-ms a number above 0.",
    };
  const only = asked.flatMap((name) => partsOf(name, names));
  return { ask: "run", only, json: values.json ?? false, rounds, roundMs };
}

/** The workload of that name, or all whose names begin with it and a slash. */
function partsOf(asked: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => name === asked || name.startsWith(`${asked}/`));
}

/** Help for people. */
export function helpText(
  workloads: readonly { readonly name: string; readonly about: string }[],
): string {
  const list = workloads.map(({ name, about }) => `  ${name.padEnd(28)}${about}`).join("\n");
  return `Measures the cache beside raw clients, in turns on the same machine.

  npm run bench                          all workloads
  npm run bench -- --only memory,local   some of them
  npm run bench -- --only invalidation   all that begin with that and a slash
  npm run bench -- --json                figures for programs, on standard output
  npm run bench -- --rounds 51           more rounds, steadier ratios (default 21)
  npm run bench -- --round-ms 100        longer rounds (default 40)

Workloads:
${list}

Exit code: 0 = all goals met, 1 = a goal missed, 2 = wrong arguments, 130 = interrupted.
`;
}
