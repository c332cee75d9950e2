import { CacheError, type BackendContext, type Call } from "@cogniverse/sdk";
import { makeClient, silenceMsOf } from "./client.ts";
import { Connection, type RedisClient } from "./connection.ts";
import { shownTarget, type ResolvedOptions } from "./options.ts";
import { translateRedisError } from "./redis-error.ts";

/** A connection and whoever ends it. */
export interface Opened extends AsyncDisposable {
  readonly connection: Connection;
}

/** Connects by a client of our own. Rejects with CacheError, leaving nothing open, where that does not succeed in time. */
export async function openOwn(
  options: ResolvedOptions,
  context: BackendContext,
  call?: Call,
): Promise<Opened> {
  const client = await makeClient(options, context.tier);
  const limits = { limitMs: options.commandTimeoutMs, silenceMs: silenceMsOf(options) };
  const connection = new Connection(client, limits, context);
  // Never taken off: an `error` event without a listener is printed by ioredis.
  listen(client, connection, shownTarget(options.target), context);
  const close = async (): Promise<void> => {
    await connection.close();
    client.disconnect();
  };
  try {
    await ready(connection, options.connectTimeoutMs, context, call);
    const db = "db" in options.target ? options.target.db : 0;
    // ioredis goes on in database 0 where this one is not there.
    if (db > 0) await connection.send("select", [String(db)], { doing: `use database ${db}` });
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return { connection, [Symbol.asyncDispose]: close };
}

/** Uses a client that the caller made and will close. */
export async function openGiven(
  client: RedisClient,
  options: ResolvedOptions,
  context: BackendContext,
): Promise<Opened> {
  const connection = new Connection(client, { limitMs: options.commandTimeoutMs }, context);
  const silence = listen(client, connection, "its server", context);
  const close = async (): Promise<void> => {
    await connection.close();
    silence[Symbol.dispose]();
  };
  try {
    await ready(connection, options.connectTimeoutMs, context);
  } catch (error) {
    silence[Symbol.dispose]();
    throw error;
  }
  return { connection, [Symbol.asyncDispose]: close };
}

/** Keeps what went wrong last, and tells an operator of each change of state. */
function listen(
  client: RedisClient,
  connection: Connection,
  server: string,
  { tier, logger }: BackendContext,
): Disposable {
  let lost = false;
  const onError = (error: unknown): void => connection.noteError(error);
  const onReady = (): void => {
    connection.noteError(undefined);
    if (lost) logger.info(`Redis tier "${tier}" is connected again to ${server}`);
    lost = false;
  };
  const onLost = (): void => {
    if (!lost) logger.warn(`Redis tier "${tier}" lost its connection to ${server}; trying again`);
    lost = true;
  };
  client.on("error", onError).on("ready", onReady).on("reconnecting", onLost);
  return {
    [Symbol.dispose]: () =>
      void client.off("error", onError).off("ready", onReady).off("reconnecting", onLost),
  };
}

async function ready(
  { client, lastError }: Connection,
  limitMs: number,
  { tier, clock }: BackendContext,
  call?: Call,
): Promise<void> {
  call?.signal?.throwIfAborted();
  if (client.status === "ready") return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.after(
    limitMs,
    () => reject(lastError() ?? new Error(`connect timed out after ${limitMs} ms`)),
    true,
  );
  const abort = (): void => reject(call?.signal?.reason);
  // A refused connection ends the wait; of a client that is connecting already only the time does.
  const failed = (error: unknown): void => reject(lastError() ?? error);
  client.once("ready", resolve);
  call?.signal?.addEventListener("abort", abort, { once: true });
  if (client.status === "wait") client.connect().then(resolve, failed);
  try {
    await promise;
  } catch (error) {
    if (call?.signal?.aborted === true || CacheError.isInstance(error)) throw error;
    throw translateRedisError(error, tier, "connect");
  } finally {
    timer[Symbol.dispose]();
    client.off("ready", resolve);
    call?.signal?.removeEventListener("abort", abort);
  }
}
