import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived. */
export type RecordedRequest = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}>;

/** `hang`: never answered. `cutAt`: the connection breaks after so many bytes of the body. */
export type ScriptedAnswer = Readonly<{
  status: number;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  body?: string | Uint8Array;
  hang?: true;
  cutAt?: number;
}>;

/** Stands in for the service where no server here can do what it does: answers by a script and records what was asked. */
export class ScriptedGcs implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (request: RecordedRequest) => ScriptedAnswer): Promise<ScriptedGcs> {
    const server = createServer((incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () => {
        const url = new URL(incoming.url ?? "", "http://scripted");
        const request = {
          method: incoming.method ?? "",
          path: url.pathname,
          query: url.searchParams,
          headers: incoming.headers,
          body: Buffer.concat(parts),
        };
        scripted.requests.push(request);
        const { status, headers = {}, body = "", hang, cutAt } = answer(request);
        if (hang === true) return;
        const bytes = Buffer.from(body);
        const all = { "content-length": String(bytes.byteLength), ...headers };
        for (const [name, value] of Object.entries(all)) outgoing.setHeader(name, value);
        outgoing.writeHead(status);
        if (cutAt === undefined) outgoing.end(bytes);
        else outgoing.write(bytes.subarray(0, cutAt), () => incoming.socket.destroy());
      });
    });
    const scripted = new ScriptedGcs(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return scripted;
  }

  get place(): Readonly<{ endpoint: string; projectId: string }> {
    // Listening on TCP, so that the address is one of TCP.
    const { port } = this.#server.address() as AddressInfo;
    return { endpoint: `http://127.0.0.1:${port}`, projectId: "scripted" };
  }

  /** The last request, or the first that `which` finds. */
  request(which: (request: RecordedRequest) => boolean = () => true): RecordedRequest {
    const found = this.requests.findLast(which);
    if (found === undefined) throw new Error("no such request arrived");
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An error as the JSON API words it. */
export function jsonError(status: number, reason: string, message: string): ScriptedAnswer {
  const error = { code: status, message, errors: [{ domain: "global", reason, message }] };
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ error }),
  };
}

/** An error as the XML API words it. */
export function xmlError(status: number, code: string, message: string): ScriptedAnswer {
  const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml; charset=UTF-8" }, body };
}
