import type { Cluster, Redis } from "ioredis";
import type { BackendContext, Clock } from "@cogniverse/sdk";
import { Connection, type RedisClient } from "../connection.ts";
import { asList } from "../entries.ts";

/** After a failure, in milliseconds. */
const PAUSE_MS = 500;

/** Tells of appends by a blocking read on a connection of its own, which is there while somebody listens. */
export class LogWatch implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #tail: string;
  readonly #context: Pick<BackendContext, "tier" | "clock">;
  readonly #wakes = new Set<() => void>();
  #listening: Listening | undefined;

  constructor(
    connection: Connection,
    tail: string,
    context: Pick<BackendContext, "tier" | "clock">,
  ) {
    this.#connection = connection;
    this.#tail = tail;
    this.#context = context;
  }

  add(wake: () => void): Disposable {
    const own = (): void => wake();
    this.#wakes.add(own);
    this.#listening ??= new Listening(this.#connection, this.#tail, this.#context, () => {
      for (const one of this.#wakes) one();
    });
    return {
      [Symbol.dispose]: () => {
        this.#wakes.delete(own);
        if (this.#wakes.size === 0) void this[Symbol.asyncDispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await listening?.end();
  }
}

/** One connection that listens. */
class Listening {
  readonly #connection: Connection;
  readonly #tail: string;
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #done: Promise<void>;
  #ended = false;
  #resume: (() => void) | undefined;

  constructor(
    connection: Connection,
    tail: string,
    context: Pick<BackendContext, "tier" | "clock">,
    wake: () => void,
  ) {
    const { client, limits } = connection;
    // Lazily: a server that is down now is found later by the client itself.
    const own = duplicate(client);
    own.on("error", () => undefined);
    this.#connection = new Connection(own, limits, context);
    this.#tail = tail;
    this.#clock = context.clock;
    this.#wake = wake;
    this.#done = this.#listen();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#resume?.();
    this.#connection.client.disconnect();
    await this.#done;
    await this.#connection.close();
  }

  async #listen(): Promise<void> {
    const { client, limits } = this.#connection;
    client.connect().catch(() => undefined);
    let after = "$";
    while (!this.#ended) {
      try {
        // Shorter than the silence after which the connection would be given up.
        const block = [
          "BLOCK",
          String(Math.ceil(limits.limitMs / 2)),
          "STREAMS",
          this.#tail,
          after,
        ];
        const doing = { doing: "wait for the invalidation log", text: true };
        const rows = asList(
          asList(asList(await this.#connection.send("xread", block, doing))[0])[1],
        );
        // Nothing came: begin anew at the end, which lies before `after` where the log was replaced.
        const [last] = asList(rows.at(-1));
        after = typeof last === "string" ? last : "$";
        if (rows.length > 0 && !this.#ended) this.#wake();
      } catch {
        await this.#pause();
      }
    }
  }

  /** The heartbeat of whoever listens finds what is missed meanwhile. */
  async #pause(): Promise<void> {
    if (this.#ended) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    const timer = this.#clock.after(PAUSE_MS, resolve);
    await promise;
    timer[Symbol.dispose]();
  }
}

function duplicate(client: RedisClient): RedisClient {
  // `isCluster` tells the two apart.
  if (client.isCluster) return (client as Cluster).duplicate([], { lazyConnect: true });
  return (client as Redis).duplicate({ lazyConnect: true });
}
