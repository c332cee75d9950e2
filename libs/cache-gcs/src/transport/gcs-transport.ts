import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { CacheError } from "@cogniverse/sdk";
import {
  begin,
  connectionError,
  credentialsError,
  timeoutError,
  type Doing,
} from "../gcs-error.ts";
import { watchProgress } from "./progress.ts";
import type { Credentials } from "./credentials.ts";

/** One request as it goes onto the wire. `path` is sent verbatim; `body` is written as it is and must not change meanwhile. */
export type GcsRequest = Readonly<{
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: readonly Uint8Array[];
}>;

/** An answer whole, whatever its status. */
export type GcsAnswer = Readonly<{
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}>;

/** `connectTimeoutMs`: for the connection. `timeoutMs`: how long nothing may move on it. `concurrency`: connections at most; further requests wait. */
export type TransportOptions = Readonly<{
  origin: URL;
  credentials: Credentials;
  concurrency: number;
  connectTimeoutMs: number;
  timeoutMs: number;
  userProject: string | undefined;
}>;

/** Well below the time after which the service closes a connection that nobody uses. */
const IDLE_SOCKET_MS = 60_000;

/**
 * HTTP to one endpoint over connections that are kept. Lean on purpose: the client library's own way costs several times the CPU
 * of the transfer; tokens still come from it.
 */
export class GcsTransport implements Disposable {
  readonly #options: TransportOptions;
  readonly #agent: PlainAgent;
  readonly #request: (options: RequestOptions) => ClientRequest;
  readonly #basePath: string;
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    const tls = options.origin.protocol === "https:";
    this.#agent = new (tls ? TlsAgent : PlainAgent)({
      keepAlive: true,
      maxSockets: options.concurrency,
      maxFreeSockets: options.concurrency,
      scheduling: "lifo",
      timeout: IDLE_SOCKET_MS,
      proxyEnv: process.env,
    });
    this.#request = tls ? tlsRequest : plainRequest;
    this.#basePath = options.origin.pathname.replace(/\/$/, "");
  }

  /** Resolves at the answer's headers. Its body must be read or destroyed. Rejects with CacheError or the signal's reason. */
  async open(
    request: GcsRequest,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    this.#checkOpen(doing);
    const credentials = await this.#authorize(doing, signal);
    signal?.throwIfAborted();
    this.#checkOpen(doing);
    return this.#send(
      { ...request, headers: { ...credentials, ...request.headers } },
      doing,
      signal,
    );
  }

  /** The answer with its body, for bodies known to be small. */
  async exchange(
    request: GcsRequest,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<GcsAnswer> {
    const incoming = await this.open(request, doing, signal);
    return {
      status: incoming.statusCode ?? 0,
      headers: incoming.headers,
      body: await this.collect(incoming, doing, signal),
    };
  }

  /** The rest of a body. Rejects where it ends before its time. */
  async collect(
    incoming: IncomingMessage,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    const parts: Buffer[] = [];
    try {
      for await (const part of incoming) parts.push(part as Buffer); // No encoding was set: buffers.
    } catch (error) {
      throw this.failure(doing, error, signal);
    }
    return Buffer.concat(parts);
  }

  /** What a failed request or body means: the signal's reason, `closed`, or the connection's failure. */
  failure(doing: Doing, error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true) return signal.reason;
    if (this.#closed && !CacheError.isInstance(error)) return closedError(doing);
    return connectionError(doing, error);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#agent.destroy();
  }

  #checkOpen(doing: Doing): void {
    if (this.#closed) throw closedError(doing);
  }

  async #authorize(
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, string>>> {
    signal?.throwIfAborted();
    try {
      return await this.#options.credentials();
    } catch (error) {
      throw credentialsError(doing, error);
    }
  }

  #send(
    request: GcsRequest,
    doing: Doing,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const { origin, connectTimeoutMs, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const outgoing = this.#request({
        agent: this.#agent,
        protocol: origin.protocol,
        hostname: origin.hostname,
        port: origin.port,
        method: request.method,
        path: this.#basePath + request.path,
        headers: this.#headers(request),
        // Counts from before the connection is made, unlike setTimeout.
        timeout: connectTimeoutMs,
      });
      outgoing.on("error", (error) => reject(this.failure(doing, error, signal)));
      outgoing.on("response", resolve);
      watchProgress(outgoing, timeoutMs, signal, (connected) =>
        timeoutError(doing, connected ? timeoutMs : connectTimeoutMs),
      );
      for (const part of request.body ?? []) outgoing.write(part);
      outgoing.end();
    });
  }

  #headers(request: GcsRequest): Record<string, string | number> {
    const headers: Record<string, string | number> = { ...request.headers };
    const { userProject } = this.#options;
    if (userProject !== undefined) headers["x-goog-user-project"] = userProject;
    if (request.body !== undefined)
      headers["content-length"] = request.body.reduce((sum, part) => sum + part.byteLength, 0);
    return headers;
  }
}

function closedError(doing: Doing): CacheError {
  return new CacheError("closed", `${begin(doing)}: the tier was closed.`);
}
