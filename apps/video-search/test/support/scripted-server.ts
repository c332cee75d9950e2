import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** What the server saw. */
export type SeenRequest = Readonly<{
  url: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
}>;

/** One answer; the last one given is repeated. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A real HTTP server on a free loopback port that gives its answers in order. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(...answers: readonly Answer[]): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on("request", (message, response) => {
      void scripted.#answer(answers, message, response);
    });
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    return scripted;
  }

  async #answer(
    answers: readonly Answer[],
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await buffer(message);
    const seen = { url: message.url ?? "", headers: message.headers, body };
    this.requests.push(seen);
    answers[Math.min(this.requests.length, answers.length) - 1]?.(seen, response);
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => {
      closed.resolve();
    });
    this.#server.closeAllConnections();
    await closed.promise;
  }
}

export function json(value: unknown): Answer {
  return (_, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  };
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end("the server's own words");
  };
}
