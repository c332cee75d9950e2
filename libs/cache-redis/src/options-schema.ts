const node = { type: "string", minLength: 1, description: "host:port" } as const;
const nodes = { type: "array", items: node, minItems: 1 } as const;
const text = (description: string): Readonly<Record<string, unknown>> => ({
  type: "string",
  minLength: 1,
  description,
});

/** What `maxmemory-policy` may be. */
export const EVICTION_POLICIES = [
  "noeviction",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-lrm",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-lrm",
  "volatile-random",
  "volatile-ttl",
] as const;

/** The server takes 512 MiB in one value; a MiB is left for what stands beside the data. */
export const LARGEST_VALUE_BYTES: number = 511 * 2 ** 20;
export const LONGEST_TIMEOUT_MS = 600_000;

const timeout = (fallback: number, description: string): Readonly<Record<string, unknown>> => ({
  type: "number",
  exclusiveMinimum: 0,
  maximum: LONGEST_TIMEOUT_MS,
  default: fallback,
  description,
});

/** JSON Schema of `RedisOptions`. */
export const redisSchema: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  anyOf: [{ required: ["url"] }, { required: ["sentinel"] }, { required: ["cluster"] }],
  properties: {
    url: {
      type: "string",
      pattern: "^(rediss?://|\\$\\{)",
      description: "redis://[username:password@]host[:port][/db], or rediss:// for TLS.",
    },
    username: text("ACL user; instead of the one in the url."),
    password: text("Instead of the one in the url."),
    tls: {
      description: "true as rediss:// does; an object for what the server's certificate needs.",
      oneOf: [
        { type: "boolean" },
        {
          type: "object",
          additionalProperties: false,
          properties: {
            ca: text("Certificate authority of the server: PEM, or the path of a file."),
            cert: text("Certificate of this client: PEM, or the path of a file."),
            key: text("Private key to cert: PEM, or the path of a file."),
            servername: text("Name that the server's certificate is for."),
          },
        },
      ],
    },
    cluster: {
      description: "true: the url names one node of a cluster. Or the nodes to begin with.",
      oneOf: [
        { type: "boolean" },
        { type: "object", additionalProperties: false, required: ["nodes"], properties: { nodes } },
      ],
    },
    sentinel: {
      type: "object",
      additionalProperties: false,
      required: ["name", "nodes"],
      description: "Redis behind Sentinel.",
      properties: {
        name: text("Name of the master that the sentinels watch."),
        nodes,
        username: text("ACL user of the sentinels."),
        password: text("Password of the sentinels."),
      },
    },
    key_prefix: {
      type: "string",
      pattern: "^[^\\s{}*?\\[\\]\\\\^]*$",
      default: "",
      description: "Text before the name of every key that is stored.",
    },
    default_ttl: {
      type: ["number", "null"],
      exclusiveMinimum: 0,
      default: null,
      description: "Seconds an entry without a ttl of its own lives; null = for ever.",
    },
    max_value_bytes: {
      type: "integer",
      minimum: 1,
      maximum: LARGEST_VALUE_BYTES,
      default: 67_108_864,
      description: "Larger values are refused before they are sent.",
    },
    max_memory: {
      description: 'What maxmemory of the server should be: bytes, or text such as "2gb".',
      oneOf: [
        { type: "integer", minimum: 0 },
        { type: "string", pattern: "^[0-9]+([kKmMgG]?[bB]?)$" },
      ],
    },
    eviction_policy: {
      enum: EVICTION_POLICIES,
      description: "What maxmemory-policy of the server should be.",
    },
    manage_server: {
      type: "boolean",
      default: false,
      description: "Whether this cache owns the server and sets max_memory and eviction_policy.",
    },
    connect_timeout_ms: timeout(5000, "How long connecting may take."),
    command_timeout_ms: timeout(2000, "How long an answer may take; large values get more."),
  },
};
