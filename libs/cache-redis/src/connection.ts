import type { Cluster, Redis } from "ioredis";
import { CacheError, type BackendContext, type Clock } from "@cogniverse/sdk";
import { Deadlines } from "./deadlines.ts";
import { Exchange, type Argument, type Doing, type Ends } from "./exchange.ts";
import { isClosed, timedOut, translateRedisError } from "./redis-error.ts";
import type { Script } from "./script.ts";
import { Silence } from "./silence.ts";

/** A client of ioredis, whichever way it reaches its server. */
export type RedisClient = Redis | Cluster;

/** How long an answer may take; and, of a client that is not a cluster's, how long nothing may come while one is waited for. */
export type Limits = Readonly<{ limitMs: number; silenceMs?: number }>;

/** Bytes a millisecond that a large value gets more time for: a slow network of 80 Mbit/s. */
const SLOWEST_BYTES_PER_MS = 10_000;

/**
 * Sends commands and sees to it that each ends: with its answer, by its signal, at its time limit, or at once where there is no
 * connection. Nothing is queued while there is none, and ioredis' own time limit is not used, since it sets a timer for each command.
 *
 * Commands that are sent in one turn of the event loop leave in one system call. ioredis' auto-pipelining does that too, but makes a command
 * wait for the end of the turn and for the batch before it; holding the socket back until the next tick costs a lone command nothing.
 */
export class Connection {
  readonly client: RedisClient;
  readonly limits: Limits;
  readonly #tier: string;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines<Exchange<unknown>>;
  /** What went wrong last, to be told while there is no connection. */
  #lastError: unknown;
  #corked: { uncork(): void } | undefined;
  #nextReady: Promise<void> | undefined;
  #refuses = false;
  readonly #ends: Ends = {
    settle: (exchange) => this.#deadlines.settle(exchange),
    translated: (error, doing) => this.#translated(error, doing),
  };

  constructor(
    client: RedisClient,
    limits: Limits,
    { tier, clock }: Pick<BackendContext, "tier" | "clock">,
  ) {
    this.client = client;
    this.limits = limits;
    this.#tier = tier;
    this.#clock = clock;
    const { limitMs, silenceMs } = limits;
    // `isCluster` tells the two apart.
    const silence =
      silenceMs === undefined || client.isCluster
        ? undefined
        : new Silence(client as Redis, silenceMs, clock);
    this.#deadlines = new Deadlines(clock, limitMs, {
      late: (exchange) =>
        exchange.fail(timedOut(tier, exchange.doing.doing, this.#limitOf(exchange.doing))),
      ticked: (everyMs) => silence?.passed(everyMs),
    });
  }

  /** To be told of what ioredis reports; `undefined` when it is connected again. */
  noteError(error: unknown): void {
    this.#lastError = error;
  }

  /** What was reported last. */
  readonly lastError = (): unknown => this.#lastError;

  /** Answers Buffers, or strings with `text`. Rejects with CacheError or the signal's reason. */
  send(name: string, args: readonly Argument[], doing: Doing, node?: Redis): Promise<unknown> {
    return this.ask(new Exchange<unknown>(name, args, doing), node);
  }

  /** `keys` and `args` as the script says. The server that does not know it yet is given it. */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    doing: Doing,
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await this.send("evalsha", [script.sha, ...rest], doing);
    } catch (error) {
      if (!isReply(error, "NOSCRIPT")) throw error;
      return this.send("eval", [script.lua, ...rest], doing);
    }
  }

  /** Sends it, once: see {@link Exchange}. `last`: though calls are refused already. */
  ask<T>(exchange: Exchange<T>, node?: Redis, last?: "last"): Promise<T> {
    const { doing, promise } = exchange;
    const why = this.#whyNot(doing, node, last);
    if (why !== undefined) {
      exchange.refuse(this.#translated(why, doing));
      return promise;
    }
    exchange.begin(this.#ends);
    this.#deadlines.begin(exchange, this.#limitOf(doing));
    this.#cork();
    (node ?? this.client).sendCommand(exchange);
    return promise;
  }

  /** A server's own commands, at every master of a cluster. */
  async everywhere(
    name: string,
    args: readonly Argument[],
    doing: Doing,
  ): Promise<readonly unknown[]> {
    const asked = { ...doing, text: true };
    return Promise.all(this.masters().map((node) => this.send(name, args, asked, node)));
  }

  /** The masters of a cluster, or the one server, each to be named in {@link send}. */
  masters(): readonly (Redis | undefined)[] {
    const { client } = this;
    // `isCluster` tells the two apart.
    return client.isCluster ? (client as Cluster).nodes("master") : [undefined];
  }

  /** Resolves whether there is a connection, once there is one or `limitMs` are over. */
  async whenReady(limitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.client.status === "ready") return true;
    if (this.#refuses || signal?.aborted === true) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const isReady = (): void => resolve(true);
    const isLate = (): void => resolve(false);
    const timer = this.#clock.after(limitMs, isLate, true);
    this.#awaitReady().then(isReady, isLate);
    signal?.addEventListener("abort", isLate, { once: true });
    try {
      return await promise;
    } finally {
      timer[Symbol.dispose]();
      signal?.removeEventListener("abort", isLate);
    }
  }

  /** One listener for all who wait: a crowd of them is no leak. */
  #awaitReady(): Promise<void> {
    this.#nextReady ??= new Promise((resolve) => {
      this.client.once("ready", () => {
        this.#nextReady = undefined;
        resolve();
      });
    });
    return this.#nextReady;
  }

  /** Later calls throw `closed`; resolves when those under way have ended. */
  refuse(): Promise<void> {
    this.#refuses = true;
    return this.#deadlines.idle();
  }

  /** As {@link refuse}. */
  async close(): Promise<void> {
    await this.refuse();
    this.#deadlines[Symbol.dispose]();
  }

  #limitOf({ carriesBytes = 0 }: Doing): number {
    return this.limits.limitMs + carriesBytes / SLOWEST_BYTES_PER_MS;
  }

  /** Why nothing can be sent now. */
  #whyNot({ doing, signal }: Doing, node: Redis | undefined, last: "last" | undefined): unknown {
    if (this.#refuses && last === undefined) return isClosed(this.#tier, doing);
    if (signal?.aborted === true) return signal.reason;
    if (node !== undefined || this.client.status === "ready") return undefined;
    return this.#lastError ?? new Error("Connection is closed.");
  }

  #cork(): void {
    if (this.#corked !== undefined || this.#deadlines.waiting < 2 || this.client.isCluster) return;
    // `isCluster` tells the two apart.
    const { stream } = this.client as Redis;
    stream.cork();
    this.#corked = stream;
    process.nextTick(() => {
      this.#corked = undefined;
      stream.uncork();
    });
  }

  #translated(error: unknown, { doing, signal }: Doing): unknown {
    if (signal?.aborted === true && error === signal.reason) return error;
    return translateRedisError(error, this.#tier, doing);
  }
}

/** Whether a call failed since the server answered with an error of this kind. */
export function isReply(error: unknown, kind: string): boolean {
  if (!CacheError.isInstance(error) || !(error.cause instanceof Error)) return false;
  return error.cause.message.startsWith(kind);
}
