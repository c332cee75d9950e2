import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { BackendContext } from "@cogniverse/sdk";
import { redisBackend, type RedisBackend, type RedisOptions } from "../../src/index.ts";
import { systemContext } from "./context.ts";

/** Tiers of one test on one server, under names of their own, taken away by disposing. */
export class Tiers implements AsyncDisposable {
  readonly options: RedisOptions;
  readonly context: ReturnType<typeof systemContext>;
  readonly prefix: string = `${randomUUID().slice(0, 8)}:`;
  readonly #opened: AsyncDisposable[] = [];

  constructor(options: RedisOptions, context: Partial<BackendContext> = {}) {
    this.options = { key_prefix: this.prefix, ...options };
    this.context = systemContext(context);
  }

  async open(
    options: Partial<RedisOptions> = {},
    context: Partial<BackendContext> = {},
  ): Promise<RedisBackend> {
    const backend = await redisBackend(
      { ...this.options, ...options },
      { ...this.context, ...context },
    );
    this.#opened.push(backend);
    return backend;
  }

  /** Something else that ends with the test, before the tiers do. */
  with<T extends AsyncDisposable>(other: T): T {
    this.#opened.push(other);
    return other;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened.toReversed()) await one[Symbol.asyncDispose]();
  }
}

/** A bare client for what a test does behind the tier's back. */
export function bareClient(url: string, ca?: string): Redis & AsyncDisposable {
  const client = new Redis(url, ca === undefined ? {} : { tls: { ca } });
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => client.disconnect(),
  });
}

/** Removes everything under a prefix: what FLUSHALL does, on a server that others use. */
export async function wipe(client: Redis, prefix: string): Promise<void> {
  for await (const names of client.scanStream({ match: `${prefix}*` }))
    for (const name of names) await client.del(String(name));
}
