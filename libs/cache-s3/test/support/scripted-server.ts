import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came. `path`: with its query. */
export type RecordedRequest = Readonly<{
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}>;

/** What is answered; `"drop"`: the connection is reset instead; `"hang up"`: it is closed in good order. */
export type ScriptedAnswer =
  | Readonly<{
      status: number;
      headers?: Readonly<Record<string, string>>;
      body?: string | Uint8Array;
    }>
  | "drop"
  | "hang up";

/** Stands in for what no server here can do: records requests, and answers as a test says. */
export class ScriptedServer implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  readonly #server: Server;
  #answer: (request: RecordedRequest) => ScriptedAnswer = () => ({ status: 200 });

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const recorded = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      scripted.requests.push(recorded);
      const answer = scripted.#answer(recorded);
      if (answer === "drop") request.socket.resetAndDestroy();
      else if (answer === "hang up") request.socket.end();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return scripted;
  }

  get endpoint(): string {
    // A server that listens on a port has such an address.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** One answer after the other, the last one for ever; or what a function says. */
  answers(
    ...answers: readonly (ScriptedAnswer | ((request: RecordedRequest) => ScriptedAnswer))[]
  ): void {
    let at = 0;
    this.#answer = (request) => {
      const answer = answers[Math.min(at++, answers.length - 1)] ?? { status: 200 };
      return typeof answer === "function" ? answer(request) : answer;
    };
  }

  /** The last request. */
  get last(): RecordedRequest {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error("nothing was requested");
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** An error as S3 writes it. */
export function s3Error(status: number, code: string, more = ""): ScriptedAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} it is.</Message>${more}<RequestId>R1</RequestId></Error>`;
  return { status, headers: { "content-type": "application/xml", "x-amz-request-id": "R1" }, body };
}
