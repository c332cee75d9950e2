import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before a server and passes everything on; the answer to a write of a name that it was told of it loses, once. */
export class LosingAnswers implements AsyncDisposable {
  readonly #target: URL;
  readonly #server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
  #loses: string | undefined;

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async before(endpoint: string): Promise<LosingAnswers> {
    const losing = new LosingAnswers(endpoint);
    await new Promise<void>((resolve) => losing.#server.listen(0, "127.0.0.1", resolve));
    return losing;
  }

  get endpoint(): string {
    // Listening on TCP, so that the address is one of TCP.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next write whose request holds this text is done, and its answer never arrives. */
  loseAnswer(text: string): void {
    this.#loses = text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url: path, headers } = incoming;
    const { hostname, port } = this.#target;
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const body = Buffer.concat(parts);
      const loses = method === "POST" && this.#loses !== undefined && body.includes(this.#loses);
      if (loses) this.#loses = undefined;
      const passed = request({ hostname, port, method, path, headers }, (answer) => {
        if (loses) {
          answer.resume();
          answer.on("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on("error", () => incoming.socket.destroy());
      passed.end(body);
    });
  }
}
