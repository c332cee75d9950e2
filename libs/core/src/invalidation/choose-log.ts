import type { CacheManagerOptions } from "../manager/manager-options.ts";
import type { BackendTraits, CacheBackend, InvalidationLog, SessionTable } from "@cogniverse/sdk";

const REACH = { process: 0, machine: 1, shared: 2 };

/** What decides whether a tier's log is the truth: a backend, or what its module says of it before there is one. */
export interface LogCandidate {
  readonly traits?: BackendTraits | undefined;
  /** `undefined`: it has none. */
  readonly log?: unknown;
}

/**
 * Whose log is the one truth of a deployment (protocol rule 1): of the most widely shared candidate that has one, the durable one among
 * equals, the first one among those. `undefined`: nobody has a log.
 */
export function chooseLogOwner<C extends LogCandidate>(candidates: readonly C[]): C | undefined {
  const rank = ({ traits }: C): number =>
    traits === undefined ? 0 : 2 * REACH[traits.locality] + Number(traits.durable);
  let best: C | undefined;
  for (const candidate of candidates) {
    if (candidate.log !== undefined && (best === undefined || rank(candidate) > rank(best)))
      best = candidate;
  }
  return best;
}

/**
 * The log of {@link chooseLogOwner}'s choice, and the table of sessions that another tier has for it; a log that keeps sessions where it keeps records
 * needs none. `given`: a log that is to be taken instead. `undefined`: no tier has one.
 */
export function chooseTruth(
  backends: readonly CacheBackend[],
  given: Pick<CacheManagerOptions, "log" | "sessions"> = {},
): Readonly<{ log: InvalidationLog | undefined; table: SessionTable | undefined }> {
  if (given.log !== undefined) return { log: given.log, table: given.sessions };
  const owner = chooseLogOwner(backends);
  if (owner === undefined || owner.sessions !== undefined)
    return { log: owner?.log, table: undefined };
  const tables = [given.sessions, ...backends.map(({ sessions }) => sessions)];
  return { log: owner.log, table: tables.find((table) => table !== undefined) };
}
