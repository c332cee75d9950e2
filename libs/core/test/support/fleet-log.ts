import { MemoryLog } from "@cogniverse/core";
import { plainSession, type InvalidationLog } from "@cogniverse/sdk";

/** A log that other machines could append to, so that what is known of it has an age. */
export function fleetLog(): InvalidationLog {
  const log = new MemoryLog("fleet");
  const fleet: InvalidationLog = {
    leaseMs: 300,
    sharesClock: true,
    append: (records, options) => log.append(records, options),
    head: () => log.head(),
    read: (from) => log.read(from),
    snapshot: () => log.snapshot(),
  };
  return { ...fleet, session: () => ({ ...plainSession(fleet), settled: async () => 0 }) };
}
