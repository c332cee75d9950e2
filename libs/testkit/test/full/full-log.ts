import { CacheError, type InvalidationLog, type LogHead } from "@cogniverse/sdk";
import { type LogFixture, memoryLog } from "@cogniverse/testkit";
import { FullSessions, type SessionBehaviour } from "./full-sessions.ts";

type Append = () => Promise<LogHead | undefined>;

/** How a node of the log behaves; left out, as it must. */
export interface LogBehaviour {
  /** What a writer does whose append was done and whose answer was lost. Rightly it finds its own records. */
  readonly afterLostAnswer?: (again: Append, done: LogHead | undefined) => Append;
  /** Ids of the logs that the storage is given, the first and after each wipe. */
  readonly newId?: () => string;
  /** The D that a node of its own configuration takes, of the storage's. */
  readonly leaseOf?: (own: number, stored: number) => number;
  readonly sessions?: SessionBehaviour;
}

const OWN_LEASE_MS = 100;

/** A storage for one log and any number of nodes. */
export class LogStorage {
  loseNext = false;
  leaseMs = 0;
  readonly behaviour: LogBehaviour;
  readonly sessions: FullSessions;
  #log: InvalidationLog;

  constructor(behaviour: LogBehaviour = {}) {
    this.behaviour = behaviour;
    this.sessions = new FullSessions(behaviour.sessions);
    this.#log = this.#make();
  }

  get log(): InvalidationLog {
    return this.#log;
  }

  wipe(): void {
    this.#log = this.#make();
  }

  #make(): InvalidationLog {
    return memoryLog({ id: this.behaviour.newId ?? (() => crypto.randomUUID()) });
  }
}

/** One node's log onto the storage. */
export function nodeLog(
  storage: LogStorage,
  isClosed: () => boolean = () => false,
  ownLeaseMs: number = OWN_LEASE_MS,
): InvalidationLog {
  let leaseMs = ownLeaseMs;
  const leaseOf = storage.behaviour.leaseOf ?? Math.max;
  const asked = async <R>(ask: (log: InvalidationLog) => Promise<R>): Promise<R> => {
    if (isClosed()) throw new CacheError("closed", "The log is closed");
    storage.leaseMs = Math.max(storage.leaseMs, ownLeaseMs);
    const answer = await ask(storage.log);
    leaseMs = leaseOf(ownLeaseMs, storage.leaseMs);
    return answer;
  };
  const reads: Pick<InvalidationLog, "read" | "snapshot"> = {
    read: (from, call) => asked((log) => log.read(from, call)),
    snapshot: (call) => asked((log) => log.snapshot(call)),
  };
  return {
    get leaseMs() {
      return leaseMs;
    },
    append: (records, options) =>
      asked(async (log) => {
        const append = (): Promise<LogHead | undefined> => log.append(records, options);
        const done = await append();
        if (!storage.loseNext) return done;
        storage.loseNext = false;
        return (storage.behaviour.afterLostAnswer?.(append, done) ?? (async () => done))();
      }),
    head: (call) => asked((log) => log.head(call)),
    ...reads,
    forgetTenant: (tenantId, before, call) =>
      asked(async (log) => log.forgetTenant?.(tenantId, before, call)),
    session: () => storage.sessions.session(reads),
  };
}

/** A fixture with every hook, for the suite's own test. */
export function fullLog(behaviour: LogBehaviour = {}): LogFixture {
  const storage = new LogStorage(behaviour);
  let closed = false;
  return {
    log: nodeLog(storage, () => closed),
    close: async () => void (closed = true),
    reopen: async () => nodeLog(storage),
    another: async ({ leaseMs = OWN_LEASE_MS } = {}) => nodeLog(storage, () => false, leaseMs),
    forget: async () => storage.wipe(),
    loseAnswer: () => void (storage.loseNext = true),
  };
}
