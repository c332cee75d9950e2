import type { BackendContext, BackendModule } from "@cogniverse/sdk";
import type { RedisClient } from "./connection.ts";
import { examineRedis } from "./examine.ts";
import { openGiven, openOwn, type Opened } from "./open.ts";
import { resolveOptions, type RedisOptions } from "./options.ts";
import { redisSchema } from "./options-schema.ts";
import { parseRedisOptions } from "./parse-options.ts";
import { REDIS_TRAITS, RedisBackend } from "./redis-backend.ts";
import { settle } from "./server-settings.ts";

/** Options beside a client of the caller's own, which says by itself where the server is. It is never closed here. */
export type ClientOptions = Readonly<{ client: RedisClient }> &
  Omit<RedisOptions, "url" | "username" | "password" | "tls" | "cluster" | "sentinel">;

/**
 * Connects to Redis or Valkey. Throws `auth` for refused credentials, `invalid_config` for a server that is too old, `tier_unavailable` or
 * `timeout` where it cannot be reached now.
 */
export async function redisBackend(
  options: RedisOptions | ClientOptions,
  context: BackendContext,
): Promise<RedisBackend> {
  const given = "client" in options ? options.client : undefined;
  const resolved = resolveOptions(given === undefined ? options : withPrefixOf(given, options));
  const opened =
    given === undefined
      ? await openOwn(resolved, context)
      : await openGiven(given, resolved, context);
  return whole(opened, async ({ connection }) => {
    const facts = await settle(connection, resolved, context);
    return new RedisBackend(opened, resolved, facts, context);
  });
}

/** The Redis tier for configuration files: `backend: redis`. */
export const backendModule: BackendModule<RedisOptions> = {
  name: "redis",
  jsonSchema: redisSchema,
  profile: { traits: REDIS_TRAITS, logLeaseMs: "network", sessions: true },
  parse: parseRedisOptions,
  create: redisBackend,
  examine: examineRedis,
};

/** Commands are sent past the client's own prefix, so it is put before ours. */
function withPrefixOf(client: RedisClient, options: RedisOptions): RedisOptions {
  const own = client.options.keyPrefix ?? "";
  return { ...options, key_prefix: own + (options.key_prefix ?? "") };
}

/** Leaves nothing open where `make` fails. */
async function whole<R>(opened: Opened, make: (opened: Opened) => Promise<R>): Promise<R> {
  try {
    return await make(opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
