import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";

/** Passes bytes on, and on demand lets a request through and breaks the connection in place of its answer. */
export class LosingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #losesNext = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async before(port: number): Promise<LosingProxy> {
    const server = createServer();
    const proxy = new LosingProxy(server);
    server.on("connection", (client) => proxy.#pair(client, connect(port, "127.0.0.1")));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get port(): number {
    // A TCP server's address is never a string.
    return (this.#server.address() as AddressInfo).port;
  }

  /** From the next request on: it goes through, and its connection breaks when the answer comes. */
  loseNext(): void {
    this.#losesNext = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pair(client: Socket, server: Socket): void {
    let loses = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
    }
    client.on("data", (bytes) => {
      loses ||= this.#losesNext;
      this.#losesNext = false;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (loses) client.resetAndDestroy();
      else client.write(bytes);
    });
  }
}
