import type { BackendTraits, CacheBackend } from "./backend.ts";
import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import type { Examination } from "./examination.ts";
import type { Logger } from "./logger.ts";
import type { Random } from "./random.ts";
import type { TelemetryPort } from "./telemetry.ts";

/** What a backend is given by whoever makes it. `tier` is the name it is configured under, for messages. */
export interface BackendContext {
  readonly tier: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly telemetry: TelemetryPort;
  /**
   * D in milliseconds for a log that other machines read: what this deployment is configured with. Left out:
   * {@link DEFAULT_NETWORK_LEASE_MS}.
   */
  readonly networkLeaseMs?: number;
  /** True where somebody only looks: the server's settings, rules and buckets stay as they are, whatever the options ask for. */
  readonly leaveServer?: boolean;
}

/** D over a network where nothing else is configured (protocol rule 8). */
export const DEFAULT_NETWORK_LEASE_MS = 5000;

/**
 * A wrong value in a backend's configuration. `path`: property names from the backend's `config` down to the value; an unknown
 * property ends the path. `expected`: the valid names where a name is wrong.
 */
export type ConfigProblem = Readonly<{
  path: readonly (string | number)[];
  message: string;
  expected?: readonly string[];
}>;

/** Parsed options, or everything that is wrong at once. */
export type ParsedConfig<O> = Readonly<
  { ok: true; options: O } | { ok: false; problems: readonly ConfigProblem[] }
>;

/**
 * What is true of every backend that a module makes, said before there is one. `logLeaseMs`: they have an invalidation log with this
 * `leaseMs`; `"network"`: with {@link BackendContext.networkLeaseMs} or more. A tier that is down at start may be the one whose log is the truth; only this tells that nothing may be served, and no
 * invalidation acknowledged, on another log until it is there. `sessions`: they have a table of sessions for a log elsewhere.
 */
export type BackendProfile = Readonly<{
  traits: BackendTraits;
  logLeaseMs?: number | "network";
  sessions?: true;
}>;

/**
 * What a backend package exports as `backendModule`. `parse` never throws; `create` rejects with {@link CacheError} where the
 * backend cannot be reached now, and must be callable again.
 */
export interface BackendModule<O = unknown> {
  /** What YAML says behind `backend:`. */
  readonly name: string;
  /** JSON Schema (2020-12) of the `config` object, for editors. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** Left out: its backends have no log. One that has is refused where it could not be made at start. */
  readonly profile?: BackendProfile;
  parse(config: unknown): ParsedConfig<O>;
  create(options: O, context: BackendContext): Promise<CacheBackend>;
  /**
   * Looks at the server behind these options and changes nothing there. Left out: there is no server. Rejects with {@link CacheError}
   * where it cannot be reached. Resolves within the limit of `call.signal`, leaving nothing open.
   */
  examine?(options: O, context: BackendContext, call?: Call): Promise<Examination>;
}
