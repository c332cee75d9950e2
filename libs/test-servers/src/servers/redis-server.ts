import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Installed } from "../install/component.ts";
import { installed } from "../install/install.ts";
import { libraryEnv } from "../install/redis.ts";
import { freePort, host } from "../process/free-ports.ts";
import { launch, Server, type Recipe, type Started } from "../server.ts";
import { makeCertificates, type Certificates } from "./certificates.ts";
import { redisConf } from "./redis-conf.ts";

/** How a Redis differs from the plain one. */
export type RedisOptions = Readonly<{
  /** Lines of redis.conf, such as `{ maxmemory: "10mb" }`; those of the harness can be replaced too. */
  config?: Readonly<Record<string, string>>;
  /** Listens with TLS only, with a certificate of an authority of its own. */
  tls?: boolean;
  /** `user` lines of redis.conf without the word itself: `"app on >secret ~cog:* +@all"`. */
  users?: readonly string[];
  flavour?: "redis" | "valkey";
}>;

type Ports = Readonly<{ port: number }>;

/** A Redis that runs; it keeps nothing on disk but what `restart({ keepData: true })` makes it save. */
export class RedisServer extends Server {
  readonly host: string = host;
  readonly port: number;
  /** `redis://` or `rediss://`, with the password where there is one. */
  readonly url: string;
  /** The one that `requirepass` sets. */
  readonly password?: string;
  /** Certificate of the authority, as PEM. */
  readonly ca?: string;

  constructor(started: Started<Ports>, { ca, password }: { ca?: string; password?: string }) {
    super(started);
    this.port = started.ports.port;
    const login = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
    this.url = `${ca === undefined ? "redis" : "rediss"}://${login}${host}:${this.port}`;
    if (password !== undefined) this.password = password;
    if (ca !== undefined) this.ca = ca;
  }
}

/**
 * Starts a Redis on a free port, without any persistence. To keep data over a SIGKILL give it `{ appendonly: "yes" }`.
 *
 * @throws {UnavailableError} Where none can be installed.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { config = {}, tls = false, flavour = "redis" } = options;
  const files = await installed(flavour === "redis" && tls ? "redis-tls" : flavour);
  const certificates = tls ? await makeCertificates() : undefined;
  const started = await launch(redisRecipe({ files, options, certificates }));
  const password = config["requirepass"];
  return new RedisServer(started, {
    ...(certificates === undefined ? {} : { ca: certificates.ca }),
    ...(password === undefined ? {} : { password }),
  });
}

type RecipeParts = Readonly<{
  files: Installed;
  options: RedisOptions;
  certificates: Certificates | undefined;
}>;

function redisRecipe({ files, options, certificates }: RecipeParts): Recipe<Ports> {
  const { config = {}, users = [], flavour = "redis" } = options;
  // A node of a cluster also listens 10000 above its port.
  const companions = config["cluster-enabled"] === "yes" ? [10_000] : [];
  return {
    name: flavour,
    findPorts: async () => ({ port: await freePort({ companions }) }),
    async launch({ port }, dataFolder) {
      const conf = join(dataFolder, "redis.conf");
      const tls = certificates && (await writeCertificates(dataFolder, certificates));
      await writeFile(conf, redisConf({ port, dataFolder, config, users, tls }));
      return {
        command: files["server"] ?? "",
        args: [conf],
        env: libraryEnv(files),
        cwd: dataFolder,
      };
    },
    isReady: (_ports, log) => log.includes("Ready to accept connections"),
    // Configured to save all data, unlike SIGTERM.
    saveSignal: "SIGINT",
    keepsAfterStop: true,
    keepsAfterKill:
      config["appendonly"] === "yes" ||
      'SIGKILL leaves what is in memory no time to be saved; start it with `config: { appendonly: "yes" }`',
  };
}

async function writeCertificates(
  folder: string,
  { ca, certificate, key }: Certificates,
): Promise<Readonly<Record<string, string>>> {
  const contents = { "tls-ca-cert-file": ca, "tls-cert-file": certificate, "tls-key-file": key };
  const lines: Record<string, string> = { "tls-auth-clients": "no" };
  for (const [name, content] of Object.entries(contents)) {
    const file = join(folder, `${name}.pem`);
    await writeFile(file, content);
    lines[name] = file;
  }
  return lines;
}
