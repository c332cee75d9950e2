export { backendModule, redisBackend, type ClientOptions } from "./backend-module.ts";
export type { RedisClient } from "./connection.ts";
export type { RedisBackend } from "./redis-backend.ts";
export type {
  ClusterOptions,
  EvictionPolicy,
  RedisOptions,
  SentinelOptions,
  TlsOptions,
} from "./options.ts";
