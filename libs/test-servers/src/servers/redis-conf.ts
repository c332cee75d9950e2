import { host } from "../process/free-ports.ts";

/** What goes into one redis.conf. */
export type RedisConf = Readonly<{
  port: number;
  dataFolder: string;
  /** Wins over what is set here. */
  config: Readonly<Record<string, string>>;
  users: readonly string[];
  /** Lines that switch TLS on. */
  tls: Readonly<Record<string, string>> | undefined;
}>;

/** The text of a redis.conf: no persistence, except that SIGINT saves everything. */
export function redisConf({ port, dataFolder, config, users, tls }: RedisConf): string {
  const listening =
    tls === undefined
      ? { port: String(port) }
      : { port: "0", "tls-port": String(port), "tls-replication": "yes", ...tls };
  const settings = {
    bind: host,
    ...listening,
    dir: dataFolder,
    save: '""',
    appendonly: "no",
    "shutdown-on-sigterm": "nosave",
    "shutdown-on-sigint": "save",
    // A test machine may be short of both, and nothing of value is lost.
    "stop-writes-on-bgsave-error": "no",
    "repl-diskless-sync-delay": "0",
    ...config,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return `${[...lines, ...users.map((user) => `user ${user}`)].join("\n")}\n`;
}
