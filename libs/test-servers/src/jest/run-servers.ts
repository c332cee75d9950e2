import { missingVariable } from "../server-suite.ts";
import { lenderVariable } from "../shared-servers.ts";
import { lendPhoenix, type PhoenixLender } from "./phoenix-lender.ts";
import {
  startServices,
  stopServices,
  usualKinds,
  variablesOf,
  type ServiceSet,
} from "../services/service-set.ts";

type Run = Readonly<{ set: ServiceSet; lender: PhoenixLender }>;

let running: Promise<Run> | undefined;

/** Starts one set of servers for a whole test run and puts into the environment, for all its processes, where they are. */
export async function startForRun(): Promise<void> {
  // Jest asks once for each package.
  running ??= start();
  await running;
}

/** Stops them; those of a run that is killed go with it. */
export async function stopAfterRun(): Promise<void> {
  const run = await running;
  running = undefined;
  if (run) await Promise.all([stopServices(run.set.services), run.lender.stop()]);
}

/** What single suites start or use by themselves. */
const usedBySuites = ["redis-tls", "valkey", "python"] as const;

async function start(): Promise<Run> {
  const set = await startServices(usualKinds, usedBySuites);
  const lender = await lendPhoenix();
  Object.assign(process.env, variablesOf(set.services), { [lenderVariable]: lender.url });
  process.env[missingVariable] = JSON.stringify(set.missing);
  return { set, lender };
}
