import { availableParallelism } from "node:os";
import { readArguments } from "@cogniverse/test-servers/commands";

/** What was asked for; `problem`: what is wrong with it. */
export type Request = Readonly<
  | { ask: "run"; programs: number; seed: number; workers: number; json: boolean }
  | { ask: "one"; program: string; json: boolean }
  | { ask: "help" }
  | { ask: "refuse"; problem: string }
>;

const OPTIONS = {
  programs: { type: "string", default: "20000" },
  seed: { type: "string", default: "1" },
  workers: { type: "string", default: String(availableParallelism()) },
  program: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Reads the arguments. */
export function readCommandLine(args: readonly string[]): Request {
  const read = readArguments(args, OPTIONS);
  if ("problem" in read) return { ask: "refuse", ...read };
  const { values } = read;
  const { json, program } = values;
  if (values.help) return { ask: "help" };
  if (program !== undefined) return { ask: "one", program, json };
  const [programs, seed, workers] = [values.programs, values.seed, values.workers].map(Number);
  if (!isCount(programs) || !isCount(workers))
    return { ask: "refuse", problem: "--programs and --workers take a whole number from 1." };
  if (!isCount(seed) || seed >= 2 ** 32)
    return { ask: "refuse", problem: "--seed takes a whole number from 1 to 4294967295." };
  return { ask: "run", programs, seed, workers: Math.min(workers, programs), json };
}

function isCount(n: number | undefined): n is number {
  return n !== undefined && Number.isSafeInteger(n) && n >= 1;
}

/** Help for people. */
export const HELP = `Runs random programs on several nodes of the real cache under a scheduler that orders every step, and judges each answer.

  npm run check:model                              20,000 programs
  npm run check:model -- --programs 1000000        as many as you have time for
  npm run check:model -- --seed 4711               from another first seed (default 1)
  npm run check:model -- --seed 4711 --programs 1  the program of that seed
  npm run check:model -- --program '{"world":...}' one program, or a file that holds one
  npm run check:model -- --workers 1               processes (default: one for each core)
  npm run check:model -- --json                    the outcome for programs, on standard output

A program that fails is made smaller before it is printed.
Exit code: 0 = every answer was allowed, 1 = one was not, 2 = wrong arguments, 130 = interrupted.
`;
