import { Command, type Cluster, type Redis } from "ioredis";
import type { BackendContext, Bytes, Call, Clock } from "@cogniverse/sdk";
import { Deadlines } from "./deadlines.ts";
import { isClosed, timedOut, translateRedisError } from "./redis-error.ts";
import type { Script } from "./script.ts";
import { SetParts } from "./set-parts.ts";

/** A client of ioredis, whichever way it reaches its server. */
export type RedisClient = Redis | Cluster;

/** What a command takes. */
export type Argument = string | Buffer;

/** What is being done, for messages, such as "read an entry"; and the call it is done for. */
export type Doing = Call & Readonly<{ doing: string; text?: boolean; carriesBytes?: number }>;

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
  readonly limitMs: number;
  readonly #tier: string;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  /** What went wrong last, to be told while there is no connection. */
  #lastError: unknown;
  #corked: { uncork(): void } | undefined;
  #closed = false;

  constructor(
    client: RedisClient,
    limitMs: number,
    { tier, clock }: Pick<BackendContext, "tier" | "clock">,
  ) {
    this.client = client;
    this.limitMs = limitMs;
    this.#tier = tier;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock, limitMs);
  }

  /** To be told of what ioredis reports; `undefined` when it is connected again. */
  noteError(error: unknown): void {
    this.#lastError = error;
  }

  /** What was reported last. */
  readonly lastError = (): unknown => this.#lastError;

  /** Answers Buffers, or strings with `text`. Throws CacheError or the signal's reason. */
  async send(
    name: string,
    args: readonly Argument[],
    doing: Doing,
    node?: Redis,
  ): Promise<unknown> {
    // ioredis only reads the array.
    const command = new Command(name, args as Argument[], {
      replyEncoding: doing.text === true ? "utf8" : null,
    });
    return this.#run(command, doing, node);
  }

  /** `keys` and `args` as the script says. The server that does not know it yet is given it. */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
    doing: Doing,
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    const replyEncoding = doing.text === true ? "utf8" : null;
    const command = new Command("evalsha", [script.sha, ...rest], { replyEncoding });
    try {
      return await this.#answer(command, doing);
    } catch (error) {
      if (!isUnknownScript(error)) throw this.#translated(error, doing);
      return this.#run(new Command("eval", [script.lua, ...rest], { replyEncoding }), doing);
    }
  }

  /** `SET key parts PX lifeMs` and the script behind it on the same connection, in one round trip. Answers as the script does. */
  async setThenRun(
    key: string,
    parts: readonly Bytes[],
    lifeMs: number,
    then: () => Promise<unknown>,
    doing: Doing,
  ): Promise<unknown> {
    const set = this.#run(new SetParts(key, parts, lifeMs), doing);
    const answer = then();
    // Both are awaited: neither may be rejected with nobody listening.
    const [stored, done] = await Promise.allSettled([set, answer]);
    if (stored.status === "rejected") throw stored.reason;
    if (done.status === "rejected") throw done.reason;
    return done.value;
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
    if (this.#closed || signal?.aborted === true) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const isReady = (): void => resolve(true);
    const isLate = (): void => resolve(false);
    const timer = this.#clock.after(limitMs, isLate, true);
    this.client.once("ready", isReady);
    signal?.addEventListener("abort", isLate, { once: true });
    try {
      return await promise;
    } finally {
      timer[Symbol.dispose]();
      this.client.off("ready", isReady);
      signal?.removeEventListener("abort", isLate);
    }
  }

  /** Resolves when the calls under way have ended; later ones throw `closed`. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#deadlines.idle();
    this.#deadlines[Symbol.dispose]();
  }

  async #run(command: Command, doing: Doing, node?: Redis): Promise<unknown> {
    try {
      return await this.#answer(command, doing, node);
    } catch (error) {
      throw this.#translated(error, doing);
    }
  }

  async #answer(command: Command, doing: Doing, node?: Redis): Promise<unknown> {
    const { signal, carriesBytes = 0 } = doing;
    this.#check(doing, node);
    // A cluster client puts a reject of its own in its place, which may send the command once more.
    const { reject } = command;
    const limitMs = this.limitMs + carriesBytes / SLOWEST_BYTES_PER_MS;
    const waiting = this.#deadlines.begin(limitMs, () =>
      reject(timedOut(this.#tier, doing.doing, limitMs)),
    );
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#cork();
      (node ?? this.client).sendCommand(command);
      return await command.promise;
    } finally {
      this.#deadlines.settle(waiting);
      signal?.removeEventListener("abort", abort);
    }
  }

  #check({ doing, signal }: Doing, node: Redis | undefined): void {
    if (this.#closed) throw isClosed(this.#tier, doing);
    signal?.throwIfAborted();
    if (node === undefined && this.client.status !== "ready")
      throw this.#lastError ?? new Error("Connection is closed.");
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

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}
