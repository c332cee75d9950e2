import {
  plainSession,
  type AppendOptions,
  type BackendContext,
  type Call,
  type Clock,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogSession,
  type LogSnapshot,
  type NewRecord,
} from "@cogniverse/sdk";
import { translateDiskError } from "../disk-error.ts";
import type { Environment } from "../environment.ts";
import type { Members } from "../members.ts";
import { WriteQueue } from "../write-queue.ts";
import type { LogStore } from "./log-store.ts";

/**
 * D between processes of one machine: a reader polls LMDB, which costs microseconds, so the time is chosen for what an operator may
 * wait for and a loaded event loop still keeps.
 */
export const LEASE_MS = 200;

/**
 * The invalidation log in a directory that several processes share. An append is on disk before anybody can see it and before it
 * resolves. Every read takes a snapshot of its own, begun after the call. A record that its process had committed, and not yet told
 * LMDB's readers of, when it was killed shows from the next append on, below what that appends.
 */
export class LocalLog implements InvalidationLog {
  readonly leaseMs: number = LEASE_MS;
  /** All processes on one directory run on one kernel. */
  readonly sharesClock: boolean = true;
  readonly #environment: Environment;
  readonly #store: LogStore;
  readonly #members: Members;
  readonly #writes: WriteQueue;
  readonly #tier: string;
  readonly #clock: Clock;
  /** On the monotonic clock. */
  readonly #youngUntil: number;

  constructor(
    environment: Environment,
    store: LogStore,
    members: Members,
    { tier, clock }: Pick<BackendContext, "tier" | "clock">,
  ) {
    this.#environment = environment;
    this.#store = store;
    this.#members = members;
    this.#writes = new WriteQueue(environment, "before");
    this.#tier = tier;
    this.#clock = clock;
    this.#youngUntil = store.isNew ? clock.monotonic() + LEASE_MS : -Infinity;
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
    call?.signal?.throwIfAborted();
    return this.#snapshot(() => ({ head: this.#store.head(), records: this.#store.summary() }));
  }

  session(): LogSession {
    return { ...plainSession(this), settled: (_head, call) => this.#settled(call) };
  }

  async #settled(call?: Call): Promise<number | undefined> {
    call?.signal?.throwIfAborted();
    // Whoever had this directory open before somebody removed it is no member of the new log and serves until its lease is over.
    if (this.#clock.monotonic() < this.#youngUntil) return undefined;
    // `head` came from an append that has resolved, so a snapshot taken now is after its transaction; see Members.
    return this.#snapshot(() => (this.#members.others() === 0 ? 0 : undefined));
  }

  /** Resolves when the appends begun so far are settled. */
  drained(): Promise<void> {
    return this.#writes.drained();
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
