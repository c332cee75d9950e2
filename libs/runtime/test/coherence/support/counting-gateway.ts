import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What was asked: "GET /bucket/name?query". */
type Asked = string;

/** Hands HTTP requests on to a server as they are, and keeps count of them. */
export class CountingGateway implements AsyncDisposable {
  /** In the order in which they came. */
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #target: URL;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((incoming, answer) => this.#handOn(incoming, answer));
  }

  static async before(endpoint: string): Promise<CountingGateway> {
    const gateway = new CountingGateway(new URL(endpoint));
    gateway.#server.listen(0, "127.0.0.1");
    await once(gateway.#server, "listening");
    return gateway;
  }

  get endpoint(): string {
    // A server that listens on a port has an address of this form.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  /** The host stays as the client said it, for that is signed. */
  #handOn(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = "", url = "", headers } = incoming;
    this.asked.push(`${method} ${url}`);
    const { hostname, port } = this.#target;
    const onward = request({ hostname, port, method, path: url, headers });
    onward.on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  }
}
