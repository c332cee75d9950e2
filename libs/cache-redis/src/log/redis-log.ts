import { randomUUID } from "node:crypto";
import {
  CacheError,
  DEFAULT_NETWORK_LEASE_MS,
  toPosition,
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
  type Position,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import type { Connection } from "../connection.ts";
import { asList } from "../entries.ts";
import type { Argument, Doing } from "../exchange.ts";
import type { Names } from "../names.ts";
import type { Script } from "../script.ts";
import { Attendance } from "../sessions/attendance.ts";
import { Pace } from "../sessions/pace.ts";
import type { Answer } from "./answer.ts";
import { deltaIn, recordArguments, watchedFields, wholeTenant } from "./log-fields.ts";
import { LOG_FORGET } from "./forget-script.ts";
import { LOG_APPEND, LOG_HEAD, LOG_READ, LOG_SNAPSHOT, LOG_SNAPSHOT_ON } from "./log-scripts.ts";
import { RedisLogSession } from "./log-session.ts";
import { SnapshotPages } from "./snapshot-pages.ts";
import { newsIn } from "./tail.ts";

/** How often an append whose answer was lost with its connection is sent again. */
const MOST_TRIES = 3;

type Unless = NonNullable<AppendOptions["unless"]>;

/**
 * The invalidation log in Redis: one hash holds everything that decides, one stream the last records. As durable as the server: where that may
 * have lost an append, by a restart, a failover, an eviction or a flush, the log gets a new id and every copy is dead.
 */
export class RedisLog implements InvalidationLog, AsyncDisposable {
  readonly #connection: Connection;
  readonly #keys: readonly string[];
  readonly #safe: boolean;
  readonly #ownLeaseMs: number;
  readonly #clock: Clock;
  readonly #attendance: Attendance;
  readonly #pace: Pace;
  readonly #sessions = new Set<string>();
  /** Where one of the sessions was the only one that served. */
  #alone: Readonly<{ session: string; head: LogHead }> | undefined;
  /** The greatest D that the log told of. */
  #seenLeaseMs = 0;

  /** `safe`: the server syncs each append to its disk. */
  constructor(
    connection: Connection,
    { state, tail, acks }: Names["log"],
    safe: boolean,
    context: BackendContext,
  ) {
    this.#connection = connection;
    this.#keys = [state, tail, acks];
    this.#safe = safe;
    this.#ownLeaseMs = context.networkLeaseMs ?? DEFAULT_NETWORK_LEASE_MS;
    this.#clock = context.clock;
    this.#attendance = new Attendance({ connection, context, news: tail, acks, read: newsIn });
    this.#pace = new Pace(context);
  }

  /**
   * The greatest D that this node was ever told of. It is announced with every call, in the step that answers it: this node goes by it, so a log
   * that was made since has to know it too.
   */
  get leaseMs(): number {
    return Math.max(this.#ownLeaseMs, this.#seenLeaseMs);
  }

  async append(
    records: readonly NewRecord[],
    options?: AppendOptions,
  ): Promise<LogHead | undefined> {
    const call = { signal: options?.signal };
    const batchId = randomUUID();
    const tenantId = records[0]?.tenantId;
    let unless = tenantId === undefined ? undefined : options?.unless;
    for (;;) {
      const own = this.#sessions.size === 1 ? [...this.#sessions][0] : undefined;
      const args = [own ?? "", ...appendArguments(batchId, records, unless)];
      const { head, rest } = await this.#sendAppend(args, call);
      if (own !== undefined && rest[1] === "1") this.#alone = { session: own, head };
      if (rest[0] === "covered") return undefined;
      if (rest[0] !== "judge" || unless === undefined) return head;
      const since = await this.#uncoveredUpTo(head.logId, tenantId, unless, call);
      if (since === undefined) return undefined;
      unless = { ...unless, since };
    }
  }

  async head(call?: Call): Promise<LogHead> {
    return (await this.#run(LOG_HEAD, [], this.#reading(call))).head;
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    const args = [from.logId, String(from.position)];
    const { head, rest } = await this.#run(LOG_READ, args, this.#reading(call));
    return deltaIn(head, rest, from);
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    const pages = new SnapshotPages({
      begin: () => this.#run(LOG_SNAPSHOT, [], this.#reading(call)),
      goOn: (place) => this.#run(LOG_SNAPSHOT_ON, place, this.#reading(call)),
    });
    return pages.read();
  }

  /** In steps, between which the server does other things. What is left are the fields `hard`, `any` and `gone`, which name the tenant, and the tail from `before` on. */
  async forgetTenant(tenantId: string, before: Position, call?: Call): Promise<void> {
    const doing = { doing: "forget a tenant in the invalidation log", text: true, ...call };
    const whose = [wholeTenant(tenantId), tenantId, String(before)];
    let cursor = "0";
    let of = "";
    let next: string;
    do {
      const { incarnation, rest } = await this.#run(LOG_FORGET, [...whose, cursor, of], doing);
      next = String(rest[0]);
      cursor = next === "again" ? "0" : next;
      of = incarnation;
    } while (next !== "0");
  }

  /**
   * Registers with the first read. Watches by a connection of its own, on which the server keeps a read waiting until something is appended or
   * acknowledged.
   */
  session(): LogSession {
    const session = new RedisLogSession({
      leaseMs: () => this.leaseMs,
      clock: this.#clock,
      attendance: this.#attendance,
      pace: this.#pace,
      run: (script, args, doing) => this.#run(script, args, doing),
      aloneAt: (id) => (this.#alone?.session === id ? this.#alone.head : undefined),
      ended: (id) => void this.#sessions.delete(id),
    });
    this.#sessions.add(session.id);
    return session;
  }

  /** Ends the listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#attendance[Symbol.asyncDispose]();
  }

  /**
   * The batch has an id, so that it lands once though it be sent twice: where the connection broke before the answer, nobody knows whether
   * the server had it. Late is not lost: after a time-out the batch may be on its way still, and the caller is told so.
   */
  async #sendAppend(args: readonly Argument[], call: Call): Promise<Answer> {
    const doing = { doing: "append to the invalidation log", text: true, ...call };
    for (let tries = 1; ; tries++) {
      try {
        return await this.#run(LOG_APPEND, args, doing);
      } catch (error) {
        const again = CacheError.isInstance(error) && error.code === "tier_unavailable";
        if (!again || !error.retryable || tries >= MOST_TRIES) throw error;
        if (!(await this.#connection.whenReady(this.#connection.limits.limitMs, call.signal))) {
          call.signal?.throwIfAborted();
          throw error;
        }
      }
    }
  }

  /** How far no record covers what `unless` names; `undefined` where one does. For globs and other scopes that no field is named after. */
  async #uncoveredUpTo(
    logId: string,
    tenantId: string | undefined,
    { since, scopes }: Unless,
    call: Call,
  ): Promise<Unless["since"] | undefined> {
    const delta = await this.read({ logId, position: since }, call);
    // A snapshot has the last record on each scope: where one after `since` covers, the last does.
    const known = delta.type === "records" ? delta : await this.snapshot(call);
    if (known.head.logId !== logId) return undefined;
    const covered = known.records.some(
      (record) =>
        record.position > since &&
        record.tenantId === tenantId &&
        scopes.some((scope) => covers(record.scope, scope)),
    );
    return covered ? undefined : known.head.position;
  }

  #reading(call: Call | undefined): Doing {
    return { doing: "read the invalidation log", text: true, signal: call?.signal };
  }

  async #run(script: Script, args: readonly Argument[], doing: Doing): Promise<Answer> {
    const begin = [randomUUID(), String(this.leaseMs), this.#safe ? "1" : "0"];
    const answer = await this.#connection.run(script, this.#keys, [...begin, ...args], doing);
    const [logId, position, leaseMs, incarnation, name, level, ...rest] = asList(answer);
    this.#seenLeaseMs = Math.max(this.#seenLeaseMs, Number(leaseMs));
    this.#attendance.answered({
      incarnation: String(incarnation),
      name: String(name),
      level: String(level),
      newsId: `${String(position)}-0`,
    });
    const head = { logId: String(logId), position: toPosition(Number(position)) };
    return { head, incarnation: String(incarnation), rest };
  }
}

function appendArguments(
  batchId: string,
  records: readonly NewRecord[],
  unless: Unless | undefined,
): readonly string[] {
  const tenantId = records[0]?.tenantId ?? "";
  const { sure, maybe } = watchedFields(tenantId, unless?.scopes ?? []);
  return [
    batchId,
    unless === undefined ? "" : String(unless.since),
    String(sure.length),
    ...sure,
    String(maybe.length),
    ...maybe,
    String(records.length),
    ...records.flatMap(recordArguments),
  ];
}
