import { readArguments } from "@cogniverse/test-servers/commands";
import { DEPLOYMENTS, type SoakDeployment } from "./surroundings.ts";

/** What was asked for; `problem`: what is wrong with it. */
export type Request = Readonly<
  | {
      ask: "run";
      seconds: number;
      seed: number;
      deployments: readonly SoakDeployment[];
      json: boolean;
    }
  | { ask: "help" }
  | { ask: "refuse"; problem: string }
>;

const OPTIONS = {
  seconds: { type: "string", default: "600" },
  seed: { type: "string", default: "1" },
  deployments: { type: "string", default: DEPLOYMENTS.join(",") },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Reads the arguments. */
export function readCommandLine(args: readonly string[]): Request {
  const read = readArguments(args, OPTIONS);
  if ("problem" in read) return { ask: "refuse", ...read };
  const { values } = read;
  if (values.help) return { ask: "help" };
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0 && seconds <= 86_400))
    return { ask: "refuse", problem: "--seconds takes a number above 0, and 86400 at most." };
  if (!Number.isSafeInteger(seed) || seed < 1)
    return { ask: "refuse", problem: "--seed takes a whole number from 1." };
  const names = values.deployments.split(",");
  const deployments = DEPLOYMENTS.filter((name) => names.includes(name));
  if (deployments.length !== names.length)
    return { ask: "refuse", problem: `--deployments takes some of ${DEPLOYMENTS.join(",")}.` };
  return { ask: "run", seconds, seed, deployments, json: values.json };
}

/** Help for people. */
export const HELP = `Lets processes call caches over real servers, has faults happen to all of them, and judges every read.

  npm run soak                                10 minutes
  npm run soak -- --seconds 60                shared out among the deployments; starts are not counted
  npm run soak -- --deployments redis,s3      of redis, s3-redis, s3, which take turns (default: all)
  npm run soak -- --seed 4711                 other calls and other faults (default 1); when they meet is up to the machine
  npm run soak -- --json                      the outcome for programs, on standard output

redis: the log is in Redis. s3-redis: it is in S3, the table of sessions in Redis. s3: in S3 alone. Above them each of three processes has memory and a disk of its own.
A read that nobody may have seen so ends it: what shows it is printed, and the whole history is kept in a file.
Exit code: 0 = all was right, 1 = something was not, 2 = wrong arguments, 130 = interrupted.
`;
