import { missingVariable } from "../server-suite.ts";
import {
  serviceKinds,
  startServices,
  stopServices,
  variablesOf,
  type ServiceSet,
} from "../services/service-set.ts";

let running: Promise<ServiceSet> | undefined;

/** Starts one set of servers for a whole test run and puts into the environment, for all its processes, where they are. */
export async function startForRun(): Promise<void> {
  // Jest asks once for each package.
  running ??= start();
  await running;
}

/** Stops them; those of a run that is killed go with it. */
export async function stopAfterRun(): Promise<void> {
  const set = running;
  running = undefined;
  if (set) await stopServices((await set).services);
}

/** What single suites start or use by themselves. */
const usedBySuites = ["redis-tls", "valkey", "python"] as const;

async function start(): Promise<ServiceSet> {
  const set = await startServices(serviceKinds, usedBySuites);
  Object.assign(process.env, variablesOf(set.services));
  process.env[missingVariable] = JSON.stringify(set.missing);
  return set;
}
