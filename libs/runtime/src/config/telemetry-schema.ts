import * as z from "zod";
import type { TelemetrySection } from "./telemetry-section.ts";

/** Above it a timer fires at once. */
const LONGEST_MS = 2_147_483_647;
/** More would be no bound. */
const MOST_SPANS = 1_000_000;

const url = z
  .string()
  .regex(/^(?:https?:\/\/[^\s/].*)?$/, { error: "an http:// or https:// URL" })
  .nullable()
  .optional();
const text = z.string().nullable().optional();
const count = (most: number): z.ZodOptional<z.ZodInt> => z.int().min(1).max(most).optional();
const milliseconds = z.number().positive().max(LONGEST_MS).optional();
const headers = z
  .record(
    z.string(),
    z
      .string()
      .regex(/^[\t\u0020-\u007E\u0080-\u00FF]*$/, { error: "one line of Latin letters" })
      .nullable(),
  )
  .optional();

const service = z
  .strictObject({
    name: text.describe("service.name. Default OTEL_SERVICE_NAME, else cogniverse-cache."),
    version: text.describe("service.version."),
    instance: text.describe("service.instance.id. Default: host name and process id."),
  })
  .describe("Who this process is, in every span and metric.");

const sampling = z
  .strictObject({
    hits: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        "Share of hits kept that nothing above them decides about; misses, errors and slow reads always are. Default 1.",
      ),
    slow_read_ms: z
      .number()
      .nonnegative()
      .max(LONGEST_MS)
      .optional()
      .describe("A read that took longer is slow, and kept. Default 250."),
  })
  .describe("Which spans are kept.");

const keys = z
  .strictObject({
    visibility: z
      .enum(["hmac", "plain", "prefix"])
      .optional()
      .describe(
        "hmac: 16 hex digits, the same for the same key of the same tenant; prefix: the first two segments, the rest as hmac; plain: the key. Default hmac.",
      ),
    secret: text.describe(
      "Keys the hmac, at least 16 characters. Default: a random one, so that keys of two processes cannot be compared.",
    ),
  })
  .describe("What of a key leaves the process.");

const batch = z
  .strictObject({
    max_queue: count(MOST_SPANS).describe(
      "Spans that wait at most; what comes beyond is dropped and counted. Default 4096.",
    ),
    max_size: count(MOST_SPANS).describe("Spans of one export, at most max_queue. Default 512."),
    delay_ms: milliseconds.describe("The longest that a span waits for others. Default 2000."),
    timeout_ms: milliseconds.describe(
      "The longest that one export takes, with all attempts. Default 10000.",
    ),
  })
  .describe("The queue between a read and the collector.");

const metrics = z
  .strictObject({
    otlp: z
      .strictObject({
        endpoint: url.describe(
          "Base URL or .../v1/metrics. Default OTEL_EXPORTER_OTLP_METRICS_ENDPOINT; empty = off.",
        ),
        interval_ms: milliseconds.describe("Between two exports. Default 60000."),
        headers: headers.describe("Sent with every export. Shown nowhere."),
      })
      .optional()
      .describe("Pushed to an OTLP collector; Phoenix takes no metrics. Left out: off."),
    prometheus: z
      .strictObject({
        host: z.string().min(1).optional().describe("Address to listen on. Default 127.0.0.1."),
        port: z
          .int()
          .min(0)
          .max(65_535)
          .nullable()
          .optional()
          .describe("0 = any free one; empty = off. Default 9464."),
        path: z
          .string()
          .regex(/^\/[^\s?#]*$/, { error: "a path such as /metrics" })
          .optional()
          .describe("Default /metrics."),
      })
      .optional()
      .describe("Fetched by a Prometheus. Left out: off."),
    tenants: count(100_000).describe(
      "Tenants told apart; the others add up under (other). Default 100.",
    ),
    key_types: count(10_000).describe(
      "Key types told apart; the others add up under (other). Default 50.",
    ),
    figures_interval_ms: z
      .number()
      .nonnegative()
      .max(LONGEST_MS)
      .optional()
      .describe(
        "How old what tiers are said to hold (size, entries, used, capacity) may get before they are asked anew; only a collection asks, and 0 is each. Default 60000.",
      ),
  })
  .describe("Counters, sizes and latencies.");

/** The section `telemetry`. */
export const telemetrySchema: z.ZodType<TelemetrySection> = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe(
        "false: nothing is started; a process with an OpenTelemetry SDK of its own still sees the cache. Default true.",
      ),
    endpoint: url.describe(
      "Where traces go over OTLP: base URL of Phoenix or of a collector, or .../v1/traces. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, PHOENIX_COLLECTOR_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT, else traces are off.",
    ),
    protocol: z.enum(["http/protobuf", "grpc"]).optional().describe("Default http/protobuf."),
    compression: z.enum(["gzip", "none"]).optional().describe("Default gzip."),
    headers: headers.describe("Sent with every export of traces. Shown nowhere."),
    api_key: text.describe("Sent as Authorization: Bearer. Default PHOENIX_API_KEY."),
    project: text.describe("Project in Phoenix. Default PHOENIX_PROJECT_NAME, else default."),
    service: service.optional(),
    tenancy: z
      .enum(["attribute", "project"])
      .optional()
      .describe(
        "attribute: all tenants in one project, told apart by tenant.id; project: one for each, {project}-{tenant}. Default attribute.",
      ),
    sampling: sampling.optional(),
    keys: keys.optional(),
    values: z
      .boolean()
      .optional()
      .describe("Pass on the values that a caller gave to a span. Default false."),
    annotations: z
      .boolean()
      .optional()
      .describe(
        "A cache_hit annotation in Phoenix for each read that was kept whatever its outcome. Default false.",
      ),
    batch: batch.optional(),
    shutdown_ms: milliseconds.describe(
      "How long closing the cache waits for what is left to export. Default 5000.",
    ),
    metrics: metrics.optional(),
  })
  .describe(
    "What is told of the cache, and to whom. Left out: a process with an OpenTelemetry SDK of its own sees the cache.",
  );
