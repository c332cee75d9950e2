import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CacheError } from "@cogniverse/sdk";

/** Where to listen. */
export interface ScrapeAddress {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly path: string;
}

/** A listening scrape endpoint. */
export interface ScrapeServer {
  /** With the port that was really taken. */
  readonly url: string;
  /** Takes no new connection, ends idle ones, and resolves when the last scrape has its answer. */
  close(): Promise<void>;
  /** Cuts off what {@link close} waits for. */
  cut(): void;
}

/** Ports that this process listens on. */
const ownPorts = new Set<number>();

/**
 * Answers GETs of one path with what `scrape` returns. Does not hold the process open. Rejects with `invalid_config` that names the option where the
 * address cannot be had.
 */
export async function listen(
  address: ScrapeAddress,
  scrape: () => Promise<string>,
): Promise<ScrapeServer> {
  const path = address.path.startsWith("/") ? address.path : `/${address.path}`;
  const server = createServer((request, response) => void answer(request, response, path, scrape));
  server.listen({ host: address.host, port: address.port });
  try {
    await once(server, "listening");
  } catch (error) {
    throw refused(address, error);
  }
  server.unref();
  const port = portOf(server);
  ownPorts.add(port);
  server.once("close", () => ownPorts.delete(port));
  return {
    url: `http://${hostOf(address.host)}:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    cut: () => server.closeAllConnections(),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  scrape: () => Promise<string>,
): Promise<void> {
  if (request.url?.split("?")[0] !== path) return void response.writeHead(404).end();
  if (request.method !== "GET") return void response.writeHead(405, { allow: "GET" }).end();
  try {
    const text = await scrape();
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(text);
  } catch (error) {
    response
      .writeHead(500, { "content-type": "text/plain" })
      .end(`metrics failed: ${String(error)}\n`);
  }
}

function refused({ host, port }: ScrapeAddress, error: unknown): CacheError {
  const code = typeof error === "object" && error && "code" in error ? String(error.code) : "";
  const own = code === "EADDRINUSE" && ownPorts.has(port);
  const why = own ? TAKEN_HERE : (REASONS[code] ?? `cannot be listened on (${code})`);
  return new CacheError(
    "invalid_config",
    `telemetry.metrics.prometheus: ${hostOf(host)}:${port} ${why}`,
    { cause: error },
  );
}

const TAKEN_HERE =
  "is taken by another cache of this process; give both caches one `telemetry` port, or change `port` (0 takes a free one)";

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is taken by another process; change `port` (0 takes a free one)",
  EACCES: "may not be listened on by this user; change `port` to one above 1023",
  EADDRNOTAVAIL: "is not an address of this machine; change `host`",
  ENOTFOUND: "is not a known host name; change `host`",
};

/** IPv6 needs brackets in a URL; a server on all interfaces is reached here on loopback. */
function hostOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
