import { installed } from "../install/install.ts";
import { freePorts, host } from "../process/free-ports.ts";
import { launch, Server, type Started } from "../server.ts";

/** Login to Phoenix; every request then needs `Authorization: Bearer` with {@link PhoenixServer.apiKey}. */
export type PhoenixAuth = Readonly<{
  /** Signs sessions: 32 characters or more, with a digit and a lower-case letter. */
  secret: string;
  /** Passes for the API key of the administrator; the same rule, and not the same text. */
  adminSecret: string;
}>;

/** How a Phoenix differs from the open one. */
export type PhoenixOptions = Readonly<{ auth?: PhoenixAuth }>;

/** Where a Phoenix is. */
export type PhoenixPlace = Readonly<{
  /** Base of the pages, of REST, of GraphQL and of OTLP over HTTP; no slash at its end. */
  url: string;
  /** OTLP over gRPC, of the same host and without TLS. */
  grpcPort: number;
  /** What to send as `Authorization: Bearer`; left out where nobody asks for it. */
  apiKey?: string;
}>;

type Ports = Readonly<{ http: number; grpc: number }>;

/** A Phoenix that runs, with a database of its own. What it has acknowledged it may still hold in its queue for seconds. */
export class PhoenixServer extends Server implements PhoenixPlace {
  readonly url: string;
  readonly grpcPort: number;
  readonly apiKey?: string;

  constructor(started: Started<Ports>, auth: PhoenixAuth | undefined) {
    super(started);
    this.url = `http://${host}:${started.ports.http}`;
    this.grpcPort = started.ports.grpc;
    if (auth !== undefined) this.apiKey = auth.adminSecret;
  }
}

/**
 * Starts Phoenix: 10 to 30 s, 450 MB. It calls nobody, and listens on loopback but for its gRPC port, which it always
 * opens on all interfaces.
 *
 * @throws {UnavailableError} Where it cannot be installed.
 */
export async function startPhoenix({ auth }: PhoenixOptions = {}): Promise<PhoenixServer> {
  const files = await installed("phoenix");
  const started = await launch<Ports>({
    name: "phoenix",
    async findPorts() {
      const [http = 0, grpc = 0] = await freePorts(2);
      return { http, grpc };
    },
    launch: (ports, dataFolder) => ({
      command: files["phoenix"] ?? "",
      args: ["serve"],
      env: { ...withoutSettings(), ...settings(ports, dataFolder), ...authSettings(auth) },
      cwd: dataFolder,
    }),
    isReady: async ({ http }, log) =>
      log.includes(`Uvicorn running on http://${host}:${http}`) && isHealthy(http),
    saveSignal: "SIGTERM",
    keepsAfterKill: true,
    keepsAfterStop: true,
  });
  return new PhoenixServer(started, auth);
}

/** Settings of this process are meant for clients, and for other Phoenixes. */
function withoutSettings(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => /^(?:PHOENIX|OTEL)_/.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

function settings({ http, grpc }: Ports, dataFolder: string): Record<string, string> {
  return {
    PHOENIX_WORKING_DIR: dataFolder,
    PHOENIX_HOST: host,
    PHOENIX_PORT: String(http),
    PHOENIX_GRPC_PORT: String(grpc),
    PHOENIX_TELEMETRY_ENABLED: "false",
    PHOENIX_ALLOW_EXTERNAL_RESOURCES: "false",
    PHOENIX_DISABLE_AGENT_ASSISTANT: "true",
    PHOENIX_ENABLE_MCP_SERVER: "false",
    PHOENIX_AGENTS_DISABLE_BASH: "true",
    HOME: dataFolder,
    TMPDIR: dataFolder,
  };
}

function authSettings(auth: PhoenixAuth | undefined): Record<string, string> {
  if (auth === undefined) return {};
  return {
    PHOENIX_ENABLE_AUTH: "true",
    PHOENIX_SECRET: auth.secret,
    PHOENIX_ADMIN_SECRET: auth.adminSecret,
  };
}

async function isHealthy(port: number): Promise<boolean> {
  return fetch(`http://${host}:${port}/healthz`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}
