import type { CacheBackend, InvalidationLog } from "@cogniverse/sdk";

const REACH = { process: 0, machine: 1, shared: 2 };

/**
 * The one truth of a deployment (protocol rule 1): the log of the most widely shared tier that has one, the durable one among equals.
 * `undefined`: no tier has a log.
 */
export function chooseLog(backends: readonly CacheBackend[]): InvalidationLog | undefined {
  const rank = (b: CacheBackend): number =>
    b.traits === undefined ? 0 : 2 * REACH[b.traits.locality] + Number(b.traits.durable);
  let best: CacheBackend | undefined;
  for (const backend of backends) {
    if (backend.log !== undefined && (best === undefined || rank(backend) > rank(best)))
      best = backend;
  }
  return best?.log;
}
