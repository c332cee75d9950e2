import { once } from "node:events";
import { connect, createServer, type Server as TcpServer, type Socket } from "node:net";

import { freePort, host } from "./process/free-ports.ts";
import { Pump } from "./pump.ts";
import { resetSocket } from "./reset-socket.ts";

/** Where the proxy forwards to. */
export type Target = Readonly<{ host: string; port: number }>;

const maxListenTries = 10;

/**
 * Starts a proxy on a free port that forwards every connection to the target until it is told to misbehave. What it does
 * to connections holds for those that are open and for those to come, until `heal`.
 */
export async function startProxy(target: Target): Promise<TcpProxy> {
  for (let tries = 1; ; tries += 1) {
    const proxy = new TcpProxy(target, await freePort());
    try {
      await proxy.heal();
      return proxy;
    } catch (error) {
      if (tries === maxListenTries) throw error;
    }
  }
}

/** A TCP proxy between a client and a server. */
export class TcpProxy implements AsyncDisposable {
  readonly host: string = host;
  readonly port: number;
  #target: Target;
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>();
  readonly #pump = new Pump();
  #listener: TcpServer | undefined;
  #connectionsEver = 0;

  constructor(target: Target, port: number) {
    this.#target = target;
    this.port = port;
  }

  /** Connections open right now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Connections accepted since the start. */
  get connectionsEver(): number {
    return this.#connectionsEver;
  }

  /** Bytes forwarded to the server, over all connections. */
  get bytesToServer(): number {
    return this.#pump.forwarded.toServer;
  }

  /** Bytes forwarded to the client, over all connections. */
  get bytesToClient(): number {
    return this.#pump.forwarded.toClient;
  }

  /** Holds back everything that arrives from now on for `ms` in each direction, so that a round trip takes 2 `ms` longer. */
  delay(ms: number): void {
    this.#pump.delayMs = ms;
  }

  /** At most so many bytes a second in each direction of each connection. */
  throttle(bytesPerSecond: number): void {
    this.#pump.bytesPerSecond = bytesPerSecond;
  }

  /** Forwards nothing more and closes nothing: as a network that swallows packets. What arrives is kept for `heal`. */
  cut(): void {
    this.#pump.cut();
  }

  /** Resets all connections and refuses new ones: as a server that has crashed. */
  async reset(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = listener && new Promise((resolve) => listener.close(resolve));
    for (const [client, server] of this.#pairs) {
      resetSocket(client);
      resetSocket(server);
    }
    await closed;
  }

  /** Ends every fault, forwards what a cut has kept, and listens again. */
  async heal(): Promise<void> {
    this.#pump.heal();
    if (this.#listener) return;
    const listener = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true });
    listener.on("connection", (client) => this.#connect(client));
    listener.listen({ host, port: this.port, exclusive: true });
    await once(listener, "listening");
    listener.unref();
    this.#listener = listener;
  }

  /** From now on forwards to another server; connections that are open stay with the one before. */
  retarget(target: Target): void {
    this.#target = target;
  }

  /** Ends all connections and listens no more. */
  async stop(): Promise<void> {
    await this.reset();
    this.#pump.heal();
  }

  /** The same as `stop`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #connect(client: Socket): void {
    this.#connectionsEver += 1;
    const server = connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    const forget = (): void => {
      this.#pairs.delete(pair);
    };
    client.once("close", forget);
    this.#pump.forward(client, server, "toServer");
    this.#pump.forward(server, client, "toClient");
  }
}
