import {
  type AppendOptions,
  type CacheBackend,
  CacheError,
  type Call,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogSession,
  type LogSnapshot,
  type NewRecord,
} from "@cogniverse/sdk";
import { announcedLeaseMs } from "./announced-lease.ts";
import { DeferredSession } from "./deferred-session.ts";
import type { TierConnection } from "./tier-connection.ts";

/**
 * The log of a tier that is not there yet; `undefined` where its module announces none. While it cannot be reached nothing
 * cached may be served and no invalidation can be acknowledged, for the copies that it kills are there.
 */
export function deferredLog(connection: TierConnection): InvalidationLog | undefined {
  const announcedMs = announcedLeaseMs(connection.tier.module, connection.networkLeaseMs);
  if (announcedMs === undefined) return undefined;
  // Left-out and undefined calls are the same to a reader; for a getter the types cannot say so.
  return new DeferredLog(connection, announcedMs) as InvalidationLog;
}

class DeferredLog {
  readonly #connection: TierConnection;
  readonly #announcedMs: number;

  constructor(connection: TierConnection, announcedMs: number) {
    this.#connection = connection;
    this.#announcedMs = announcedMs;
  }

  /** The log's own as soon as it is there: that one may grow with any answer. */
  get leaseMs(): number {
    return this.#connection.backend?.log?.leaseMs ?? this.#announcedMs;
  }

  get readNow(): InvalidationLog["readNow"] {
    const log = this.#connection.backend?.log;
    return log?.readNow?.bind(log);
  }

  get changeShortCut(): InvalidationLog["changeShortCut"] {
    const log = this.#connection.backend?.log;
    return log?.changeShortCut?.bind(log);
  }

  get forgetTenant(): InvalidationLog["forgetTenant"] {
    const log = this.#connection.backend?.log;
    return log?.forgetTenant?.bind(log);
  }

  session(): LogSession {
    return new DeferredSession(
      () => this.#log(),
      () => this.#connection.backend?.log,
    );
  }

  async append(
    records: readonly NewRecord[],
    options?: AppendOptions,
  ): Promise<LogHead | undefined> {
    return this.#log().append(records, options);
  }

  async head(call?: Call): Promise<LogHead> {
    return this.#log().head(call);
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    return this.#log().read(from, call);
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    return this.#log().snapshot(call);
  }

  #log(): InvalidationLog {
    const { log } = this.#backend();
    if (log !== undefined) return log;
    const { name } = this.#connection.tier;
    throw new CacheError("tier_unavailable", `Tier "${name}" announces a log and has none`);
  }

  #backend(): CacheBackend {
    try {
      return this.#connection.require();
    } catch (error) {
      if (!CacheError.isInstance(error)) throw error;
      const { code, message, retryable, cause } = error;
      const what = "The invalidation log cannot be reached, so nothing was recorded or stored";
      throw new CacheError(code, `${what}. ${message}`, { retryable, cause });
    }
  }
}
