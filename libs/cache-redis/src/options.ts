/** Certificates and the like for `rediss://`. Each of `ca`, `cert` and `key` is a PEM text or the path of a file that holds one. */
export interface TlsOptions {
  /** Certificate authority of the server. Default: those that Node trusts. */
  readonly ca?: string;
  /** Certificate of this client, where the server asks for one. */
  readonly cert?: string;
  /** Private key to `cert`. */
  readonly key?: string;
  /** Name that the server's certificate is for, where it is not the one in the url. */
  readonly servername?: string;
}

/** Redis behind Sentinel. */
export interface SentinelOptions {
  /** Name of the master that the sentinels watch. */
  readonly name: string;
  /** Sentinels, each `host:port`. */
  readonly nodes: readonly string[];
  /** Credentials of the sentinels, where they ask for any. */
  readonly username?: string;
  readonly password?: string;
}

/** Redis Cluster. */
export interface ClusterOptions {
  /** Nodes to begin with, each `host:port`; the others are found from there. */
  readonly nodes: readonly string[];
}

/** What a server does when it is full. */
export type EvictionPolicy =
  | "noeviction"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-lrm"
  | "allkeys-random"
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-lrm"
  | "volatile-random"
  | "volatile-ttl";

/** Options of the Redis tier, as YAML has them. One of `url`, `sentinel` and `cluster.nodes` says where the server is. */
export interface RedisOptions {
  /** `redis://[username:password@]host[:port][/db]`, or `rediss://` for TLS. */
  readonly url?: string;
  /** ACL user; instead of the one in the url. */
  readonly username?: string;
  readonly password?: string;
  /** `true` as `rediss://` does; an object for what the server's certificate needs. */
  readonly tls?: boolean | TlsOptions;
  /** `true`: the url names one node of a cluster. */
  readonly cluster?: boolean | ClusterOptions;
  readonly sentinel?: SentinelOptions;
  /** Text before the name of every key that is stored, to share a server with others. No braces, spaces or glob operators. Default none. */
  readonly key_prefix?: string;
  /** Seconds that an entry without a ttl of its own lives; `null` (default) = for ever. */
  readonly default_ttl?: number | null;
  /** Larger values are refused before they are sent, in bytes. Default 67108864 (64 MiB); the server takes less than 512 MiB. */
  readonly max_value_bytes?: number;
  /** What the server's `maxmemory` should be: bytes, or text such as "2gb". Compared; set only with `manage_server`. */
  readonly max_memory?: number | string;
  /** What the server's `maxmemory-policy` should be. Compared; set only with `manage_server`. */
  readonly eviction_policy?: EvictionPolicy;
  /** Whether this cache owns the server and sets `max_memory` and `eviction_policy` there. Default false. */
  readonly manage_server?: boolean;
  /** How long connecting may take, in milliseconds. Default 5000. */
  readonly connect_timeout_ms?: number;
  /** How long an answer may take, in milliseconds; large values get more. Default 2000. */
  readonly command_timeout_ms?: number;
}

/** `host:port`, taken apart. */
type Address = Readonly<{ host: string; port: number }>;

/** Where the server is. */
export type Target = Readonly<
  | { kind: "standalone"; address: Address; db: number }
  | { kind: "cluster"; nodes: readonly Address[] }
  | {
      kind: "sentinel";
      name: string;
      nodes: readonly Address[];
      db: number;
      username?: string;
      password?: string;
    }
>;

/** {@link RedisOptions} with every default filled in. */
export type ResolvedOptions = Readonly<{
  target: Target;
  username: string | undefined;
  password: string | undefined;
  tls: TlsOptions | undefined;
  keyPrefix: string;
  defaultTtl: number | null;
  maxValueBytes: number;
  maxMemoryBytes: number | undefined;
  evictionPolicy: EvictionPolicy | undefined;
  manageServer: boolean;
  connectTimeoutMs: number;
  commandTimeoutMs: number;
}>;

const DEFAULT_MAX_VALUE_BYTES: number = 64 * 2 ** 20;
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const DEFAULT_COMMAND_TIMEOUT_MS = 2000;
const DEFAULT_PORT = 6379;

/** Fills the defaults in. `options` must be valid. */
export function resolveOptions(options: RedisOptions): ResolvedOptions {
  const url = options.url === undefined ? undefined : new URL(options.url);
  const tls = options.tls ?? url?.protocol === "rediss:";
  return {
    target: targetOf(options, url),
    username: options.username ?? decoded(url?.username),
    password: options.password ?? decoded(url?.password),
    tls: tls === true ? {} : tls === false ? undefined : tls,
    keyPrefix: options.key_prefix ?? "",
    defaultTtl: options.default_ttl ?? null,
    maxValueBytes: options.max_value_bytes ?? DEFAULT_MAX_VALUE_BYTES,
    maxMemoryBytes: options.max_memory === undefined ? undefined : memoryBytes(options.max_memory),
    evictionPolicy: options.eviction_policy,
    manageServer: options.manage_server ?? false,
    connectTimeoutMs: options.connect_timeout_ms ?? DEFAULT_CONNECT_TIMEOUT_MS,
    commandTimeoutMs: options.command_timeout_ms ?? DEFAULT_COMMAND_TIMEOUT_MS,
  };
}

/** Where the server is, for messages: no credentials. */
export function shownTarget(target: Target): string {
  const list = (nodes: readonly Address[]): string =>
    nodes.map(({ host, port }) => `${host}:${port}`).join(", ");
  if (target.kind === "standalone") return list([target.address]);
  if (target.kind === "cluster") return `cluster ${list(target.nodes)}`;
  return `master ${target.name} of the sentinels ${list(target.nodes)}`;
}

function targetOf(options: RedisOptions, url: URL | undefined): Target {
  const { cluster, sentinel } = options;
  if (sentinel !== undefined) {
    const { name, username, password } = sentinel;
    const nodes = sentinel.nodes.map((node) => addressOf(node, 26_379));
    const own = username === undefined ? {} : { username };
    return {
      kind: "sentinel",
      name,
      nodes,
      db: 0,
      ...own,
      ...(password === undefined ? {} : { password }),
    };
  }
  const address = {
    host: url?.hostname.replace(/^\[(.*)\]$/, "$1") || "127.0.0.1",
    port: Number(url?.port || DEFAULT_PORT),
  };
  if (typeof cluster === "object")
    return { kind: "cluster", nodes: cluster.nodes.map((node) => addressOf(node, DEFAULT_PORT)) };
  if (cluster === true) return { kind: "cluster", nodes: [address] };
  return { kind: "standalone", address, db: Number(url?.pathname.slice(1) || 0) };
}

function addressOf(node: string, defaultPort: number): Address {
  const [, host = node, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(node) ?? [];
  return { host, port: Number(port ?? defaultPort) };
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : decodeURIComponent(text);
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 2 ** 10,
  m: 1e6,
  mb: 2 ** 20,
  g: 1e9,
  gb: 2 ** 30,
};

/** Bytes in a text as redis.conf has them: "2gb" is 2^31, "2g" is 2 * 10^9. NaN for none. */
export function memoryBytes(value: number | string): number {
  if (typeof value === "number") return value;
  const [, digits, unit = ""] = /^(\d+)([a-z]*)$/i.exec(value.trim()) ?? [];
  return Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
}
