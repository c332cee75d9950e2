import type { Cluster, Redis } from "ioredis";
import type { BackendContext, Clock } from "@cogniverse/sdk";
import { Connection, type RedisClient } from "../connection.ts";
import { asList } from "../entries.ts";

/** After a failure, in milliseconds. */
const PAUSE_MS = 500;
/** The longest wait of one command. Streams that were begun anew meanwhile are heard after it. */
const LONGEST_BLOCK_MS = 1000;
/** Entries of one answer. */
const MOST_ENTRIES = "512";

/** An entry of a stream: its id, and its names and values in turn. */
export type Heard = Readonly<{ id: string; fields: readonly string[] }>;

/** What is listened to. */
export interface Streams {
  /** Their keys, in one slot. */
  readonly keys: readonly string[];
  /**
   * Ids behind which nothing was heard yet that is not known otherwise, one for each key; `epoch` changes where the streams were begun anew.
   * `undefined`: nothing is known, and only what comes from now on is heard.
   */
  where(): Readonly<{ epoch: string; after: readonly string[] }> | undefined;
  /** New entries of the stream at `index`, in order, all that were added since those before. */
  heard(index: number, entries: readonly Heard[]): void;
}

/** Hears of new entries by a blocking read on a connection of its own, which is there until {@link end}. */
export class Listening {
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #end = new AbortController();
  readonly #done: Promise<void>;
  #epoch: string | undefined;
  #after: string[];

  constructor(
    connection: Connection,
    streams: Streams,
    context: Pick<BackendContext, "tier" | "clock">,
  ) {
    const { client, limits } = connection;
    // Lazily: a server that is down now is found later by the client itself.
    const own = duplicate(client);
    own.on("error", () => undefined);
    this.#connection = new Connection(own, limits, context);
    this.#streams = streams;
    this.#clock = context.clock;
    this.#after = streams.keys.map(() => "$");
    this.#done = this.#listen();
  }

  async end(): Promise<void> {
    this.#end.abort();
    this.#connection.client.disconnect();
    await this.#done;
    await this.#connection.close();
  }

  async #listen(): Promise<void> {
    const { client, limits } = this.#connection;
    const { signal } = this.#end;
    client.connect().catch(() => undefined);
    while (!signal.aborted) {
      try {
        if (await this.#connection.whenReady(limits.limitMs, signal)) await this.#read();
      } catch {
        await this.#pause();
      }
    }
  }

  async #read(): Promise<void> {
    const where = this.#streams.where();
    if (where !== undefined && where.epoch !== this.#epoch) {
      this.#epoch = where.epoch;
      this.#after = [...where.after];
    }
    const { keys } = this.#streams;
    // Shorter than the silence after which the connection would be given up.
    const blockMs = Math.ceil(Math.min(this.#connection.limits.limitMs / 2, LONGEST_BLOCK_MS));
    const doing = { doing: "wait for the invalidation log", text: true };
    const answer = await this.#connection.send(
      "xread",
      ["COUNT", MOST_ENTRIES, "BLOCK", String(blockMs), "STREAMS", ...keys, ...this.#after],
      doing,
    );
    if (this.#end.signal.aborted) return;
    for (const stream of asList(answer)) {
      const [key, entries] = asList(stream);
      const index = keys.indexOf(String(key));
      const heard = asList(entries).map(heardIn);
      this.#after[index] = heard.at(-1)?.id ?? this.#after[index] ?? "$";
      this.#streams.heard(index, heard);
    }
  }

  /** The heartbeat of whoever listens finds what is missed meanwhile. */
  async #pause(): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    signal.addEventListener("abort", stop, { once: true });
    using _ = this.#clock.after(PAUSE_MS, stop);
    await promise;
    signal.removeEventListener("abort", stop);
  }
}

function heardIn(entry: unknown): Heard {
  const [id, fields] = asList(entry);
  return { id: String(id), fields: asList(fields).map(String) };
}

function duplicate(client: RedisClient): RedisClient {
  // `isCluster` tells the two apart.
  if (client.isCluster) return (client as Cluster).duplicate([], { lazyConnect: true });
  return (client as Redis).duplicate({ lazyConnect: true });
}
