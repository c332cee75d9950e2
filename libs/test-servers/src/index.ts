export { install, pythonWithNumpy, type Missing, type Need } from "./install/install.ts";
export { startRecorder, type Recorder, type Sent } from "./recorder.ts";
export { serverSuite } from "./server-suite.ts";
export { Server } from "./server.ts";
export {
  startFakeGcs,
  type FakeGcsOptions,
  type GcsPlace,
  type GcsServer,
} from "./servers/fake-gcs-server.ts";
export { startMinistack } from "./servers/ministack.ts";
export {
  startPhoenix,
  type PhoenixAuth,
  type PhoenixOptions,
  type PhoenixPlace,
  type PhoenixServer,
} from "./servers/phoenix-server.ts";
export {
  promtool,
  startPrometheus,
  type PrometheusOptions,
  type PrometheusServer,
} from "./servers/prometheus-server.ts";
export { askRedis } from "./servers/redis-client.ts";
export {
  startRedisCluster,
  type RedisCluster,
  type RedisClusterOptions,
} from "./servers/redis-cluster.ts";
export {
  startRedisSentinel,
  type RedisSentinel,
  type RedisSentinelGroup,
} from "./servers/redis-sentinel.ts";
export { startRedis, type RedisOptions, type RedisServer } from "./servers/redis-server.ts";
export type { S3Credentials, S3Place, S3Server } from "./servers/s3-server.ts";
export { startSeaweed, type SeaweedOptions } from "./servers/seaweed.ts";
export {
  sharedGcs,
  sharedPhoenix,
  sharedRedis,
  sharedS3,
  sharedSecondS3,
  type RedisPlace,
} from "./shared-servers.ts";
export { startProxy, type Target, type TcpProxy } from "./tcp-proxy.ts";
export { UnavailableError } from "./unavailable-error.ts";
