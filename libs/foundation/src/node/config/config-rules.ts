import type { ConfigProblem } from "@cogniverse/sdk";
import type { ResolvedTelemetryConfig } from "../telemetry-config.ts";

type Rule = readonly [path: string, holds: boolean, says: string];

/** The shortest secret that is taken: below, keys could be guessed by trying secrets. */
const MIN_SECRET = 16;

/** Everything wrong with a configuration, also one given in code, where the schema of the YAML has not looked. */
export function problemsOf(config: ResolvedTelemetryConfig): readonly ConfigProblem[] {
  return rules(config)
    .filter(([, holds]) => !holds)
    .map(([path, , message]) => ({ path: path.split("."), message }));
}

function rules(config: ResolvedTelemetryConfig): readonly Rule[] {
  const { keys, sampling, batch, metrics } = config;
  const { secret } = keys;
  const duration = "must be a number of milliseconds above 0, at most 2147483647";
  const port = metrics.prometheus?.port ?? 0;
  return [
    ["project", config.project !== "", "must not be empty"],
    ["service.name", config.service.name !== "", "must not be empty"],
    [
      "tenancy",
      isOneOf(config.tenancy, "attribute", "project"),
      'must be "attribute" or "project"',
    ],
    [
      "tenancy",
      config.tenancy !== "project" || config.traces?.headers["x-project-name"] === undefined,
      'cannot be "project" beside a header x-project-name, which files every span in one project',
    ],
    [
      "protocol",
      isOneOf(config.traces?.protocol ?? "grpc", "http/protobuf", "grpc"),
      'must be "http/protobuf" or "grpc"',
    ],
    [
      "compression",
      isOneOf(config.traces?.compression ?? "gzip", "gzip", "none"),
      'must be "gzip" or "none"',
    ],
    [
      "annotations",
      !config.annotations || config.traces?.url.endsWith("/v1/traces") !== false,
      'need protocol "http/protobuf" and an endpoint that ends in /v1/traces: Phoenix takes them over REST beside it',
    ],
    [
      "keys.visibility",
      isOneOf(keys.visibility, "hmac", "plain", "prefix"),
      'must be "hmac", "plain" or "prefix"',
    ],
    [
      "keys.secret",
      secret === undefined || secret.length >= MIN_SECRET,
      `must have at least ${MIN_SECRET} characters`,
    ],
    ["sampling.hits", sampling.hits >= 0 && sampling.hits <= 1, "must be a number from 0 to 1"],
    ["sampling.slow_read_ms", sampling.slowReadMs >= 0, "must be a number, at least 0"],
    ["batch.max_queue", isCount(batch.maxQueue, 1e6), "must be a whole number from 1 to 1000000"],
    ["batch.max_size", isCount(batch.maxSize, 1e6), "must be a whole number from 1 to 1000000"],
    ["batch.delay_ms", isDuration(batch.delayMs), duration],
    ["batch.timeout_ms", isDuration(batch.timeoutMs), duration],
    ["shutdown_ms", isDuration(config.shutdownMs), duration],
    ["metrics.tenants", isCount(metrics.tenants, 1e5), "must be a whole number from 1 to 100000"],
    ["metrics.key_types", isCount(metrics.keyTypes, 1e4), "must be a whole number from 1 to 10000"],
    ["metrics.otlp.interval_ms", isDuration(metrics.otlp?.intervalMs ?? 1), duration],
    [
      "metrics.prometheus.port",
      port === 0 || isCount(port, 65_535),
      "must be a whole number from 0 to 65535",
    ],
    [
      "metrics.prometheus.path",
      (metrics.prometheus?.path ?? "/").startsWith("/"),
      'must begin with "/"',
    ],
  ];
}

function isOneOf(value: string, ...allowed: readonly string[]): boolean {
  return allowed.includes(value);
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

/** Timers of Node fire at once beyond 31 bits. */
function isDuration(value: number): boolean {
  return value > 0 && value <= 2_147_483_647;
}
