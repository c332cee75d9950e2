import { join } from "node:path";
import {
  type AppendOptions,
  type BackendContext,
  type Call,
  type Clock,
  type InvalidationLog,
  type Logger,
  type LogDelta,
  type LogHead,
  type LogSession,
  type LogSnapshot,
  type NewRecord,
  type Position,
} from "@cogniverse/sdk";
import { failureCode, translateDiskError } from "../disk-error.ts";
import type { Environment } from "../environment.ts";
import type { ProcessIdentity } from "../process-identity.ts";
import { WriteQueue } from "../write-queue.ts";
import { Bell } from "./bell.ts";
import { forgetTenant } from "./forget-tenant.ts";
import { LEASE_MS } from "./lease.ts";
import { LocalSession, type SessionLog } from "./local-session.ts";
import type { LogStore } from "./log-store.ts";
import { Members } from "./members.ts";
import { readSnapshot } from "./snapshot-slices.ts";

/**
 * The invalidation log in a directory that several processes share. An append is on disk before anybody can see it and before it
 * resolves. Every read takes a snapshot of its own, begun after the call. A record that its process had committed, and not yet told
 * LMDB's readers of, when it was killed shows from the next append on, below what that appends.
 */
export class LocalLog implements InvalidationLog, SessionLog {
  readonly leaseMs: number = LEASE_MS;
  /** All processes on one directory run on one kernel. */
  readonly sharesClock: boolean = true;
  readonly #environment: Environment;
  readonly #store: LogStore;
  readonly #members: Members;
  readonly #writes: WriteQueue;
  readonly #bell: Bell;
  readonly #sessions = new Set<LocalSession>();
  readonly #tier: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** On the monotonic clock. */
  readonly #knownSince: number;
  #isRipe = false;
  #toldDeaf = false;

  constructor(
    environment: Environment,
    store: LogStore,
    own: ProcessIdentity,
    { tier, clock, logger }: Pick<BackendContext, "tier" | "clock" | "logger">,
  ) {
    this.#environment = environment;
    this.#store = store;
    this.#members = new Members(environment, own);
    this.#bell = new Bell(join(environment.path, "appends"));
    this.#writes = new WriteQueue(environment, "before", () => this.#bell.ring());
    this.#tier = tier;
    this.#clock = clock;
    this.#logger = logger;
    this.#knownSince = clock.monotonic();
  }

  get logId(): string {
    return this.#store.logId;
  }

  async append(
    records: readonly NewRecord[],
    options?: AppendOptions,
  ): Promise<LogHead | undefined> {
    options?.signal?.throwIfAborted();
    try {
      this.#environment.checkPlace();
      return await this.#writes.run(() => this.#store.append(records, options?.unless));
    } catch (error) {
      throw translateDiskError(error, this.#tier, "append to the invalidation log");
    }
  }

  async head(call?: Call): Promise<LogHead> {
    call?.signal?.throwIfAborted();
    return this.#snapshot(() => this.#store.head());
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    call?.signal?.throwIfAborted();
    return this.readNow(from);
  }

  readNow(from: LogHead): LogDelta {
    return this.#snapshot(() => {
      const records = this.#store.after(from);
      const head = this.#store.head();
      return records === undefined ? { type: "reset", head } : { type: "records", head, records };
    });
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    return readSnapshot(this.#store, (read) => this.#snapshot(read), call?.signal);
  }

  async forgetTenant(tenantId: string, before: Position, call?: Call): Promise<void> {
    try {
      const signal = call?.signal ?? undefined;
      await forgetTenant(this.#store, this.#writes, {
        tenantId,
        before,
        signal,
        look: (read) => this.#snapshot(read),
      });
    } catch (error) {
      call?.signal?.throwIfAborted();
      throw translateDiskError(error, this.#tier, "forget a tenant in the invalidation log");
    }
  }

  session(): LogSession {
    const session = new LocalSession({
      log: this,
      members: this.#members,
      path: join(this.#environment.path, "sessions"),
      tier: this.#tier,
      clock: this.#clock,
    });
    this.#sessions.add(session);
    return session;
  }

  /** For sessions: calls `wake` after appends of any process. */
  watch(wake: () => void): Disposable {
    return this.#bell.watch(wake, (error) => this.#isDeaf(error));
  }

  /**
   * Whether the rows of this log's members tell of everybody. Who had this directory open before somebody removed it is no member of the log that
   * came in its place, and serves until its lease is over: so the log has to be known for D, to this process or to one that said so in it.
   */
  isRipe(): boolean {
    if (this.#isRipe) return true;
    this.#snapshot(() => {
      this.#isRipe = this.#store.isRipeAt(this.#environment.place);
      if (this.#isRipe || this.#clock.monotonic() < this.#knownSince + LEASE_MS) return;
      this.#environment.transact(() => this.#store.ripen(this.#environment.place), "after");
      this.#isRipe = true;
    });
    return this.#isRipe;
  }

  forget(session: LocalSession): void {
    this.#sessions.delete(session);
  }

  /** Lets the files of sessions go that were not given back. To be called when the appends are settled, before the environment is released. */
  close(): void {
    for (const session of this.#sessions) session.end();
    this.#bell.close();
  }

  /** Resolves when the appends begun so far are settled. */
  drained(): Promise<void> {
    return this.#writes.drained();
  }

  #isDeaf(error: unknown): void {
    if (this.#toldDeaf) return;
    this.#toldDeaf = true;
    this.#logger.warn(
      "Appends of other processes cannot be watched; they are seen at the next heartbeat",
      { tier: this.#tier, error: failureCode(error), heartbeatMs: Math.round(LEASE_MS / 3) },
    );
  }

  /** One LMDB snapshot for all that `read` reads: it runs in one synchronous step. */
  #snapshot<T>(read: () => T): T {
    try {
      this.#environment.checkPlace();
      this.#environment.refresh();
      return read();
    } catch (error) {
      throw translateDiskError(error, this.#tier, "read the invalidation log");
    }
  }
}
