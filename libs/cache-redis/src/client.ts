import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";
import { Cluster, Redis, type RedisOptions as ClientOptions } from "ioredis";
import { CacheError } from "@cogniverse/sdk";
import type { RedisClient } from "./connection.ts";
import type { ResolvedOptions, TlsOptions } from "./options.ts";

/** Replies stay in the shape that the commands have in ioredis by default. */
type CommonOptions = Omit<ClientOptions, "replyMapping">;

/** Bytes a millisecond at which the largest value still moves before the silence of a connection is taken for its end. */
const SLOWEST_BYTES_PER_MS = 10_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;

/** A client that connects on `connect()`, then again by itself for ever, and queues nothing while it is not connected. */
export async function makeClient(options: ResolvedOptions, tier: string): Promise<RedisClient> {
  const { target } = options;
  const common = commonOptions(options, await tlsOf(options.tls, tier));
  if (target.kind === "cluster")
    return new Cluster([...target.nodes], {
      // Of the others it is looked after without a timer for each command.
      redisOptions: { ...common, socketTimeout: silenceMsOf(options) },
      lazyConnect: true,
      enableOfflineQueue: false,
      slotsRefreshTimeout: options.connectTimeoutMs,
      clusterRetryStrategy: retryMs,
    });
  if (target.kind === "standalone")
    return new Redis({ ...common, ...target.address, db: target.db, lazyConnect: true });
  const { name, nodes, db, username, password } = target;
  return new Redis({
    ...common,
    name,
    sentinels: [...nodes],
    db,
    lazyConnect: true,
    sentinelRetryStrategy: retryMs,
    enableTLSForSentinelMode: common.tls !== undefined,
    ...(common.tls === undefined ? {} : { sentinelTLS: common.tls }),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
  });
}

function commonOptions(
  options: ResolvedOptions,
  tls: ConnectionOptions | undefined,
): CommonOptions {
  const { username, password, connectTimeoutMs } = options;
  return {
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    // A user of least privileges need not be allowed it.
    disableClientInfo: true,
    // What was under way when a connection was lost fails at once: core decides what is worth another try.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: retryMs,
    // A master that became a replica: connect again, by Sentinel to the new one.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** A connection from which nothing comes for so long is given up: also one whose other end was cut off without a word. */
export function silenceMsOf({ commandTimeoutMs, maxValueBytes }: ResolvedOptions): number {
  return commandTimeoutMs + maxValueBytes / SLOWEST_BYTES_PER_MS;
}

function retryMs(attempt: number): number {
  const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
  return delay * (0.75 + Math.random() / 2);
}

async function tlsOf(
  options: TlsOptions | undefined,
  tier: string,
): Promise<ConnectionOptions | undefined> {
  if (options === undefined) return undefined;
  const { ca, cert, key, servername } = options;
  return {
    ...(ca === undefined ? {} : { ca: await pem(ca, "tls.ca", tier) }),
    ...(cert === undefined ? {} : { cert: await pem(cert, "tls.cert", tier) }),
    ...(key === undefined ? {} : { key: await pem(key, "tls.key", tier) }),
    ...(servername === undefined ? {} : { servername }),
  };
}

async function pem(value: string, option: string, tier: string): Promise<string> {
  if (value.trimStart().startsWith("-----BEGIN")) return value;
  try {
    return await readFile(value, "utf8");
  } catch (error) {
    throw new CacheError(
      "invalid_config",
      `Redis tier "${tier}" cannot read the file of ${option}; give its path, or the PEM itself`,
      { cause: error },
    );
  }
}
