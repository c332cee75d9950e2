import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";

/** A request that went through, and what became of it. */
export type Forwarded = Readonly<{
  method: string;
  path: string;
  /** Whether it was to change something only in a certain state. */
  conditional: boolean;
  status: number;
  ms: number;
}>;

/** Forwards HTTP requests to one server as they are, and keeps a list of them. */
export interface CountingProxy extends AsyncDisposable {
  readonly url: string;
  /** In order of their answers. */
  readonly forwarded: Forwarded[];
}

/** Starts one on a free port. Signatures stay valid: the host that a client has signed is passed on. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const forwarded: Forwarded[] = [];
  const { hostname, port } = new URL(target);
  const forward = (from: IncomingMessage, to: ServerResponse): void => {
    const { method = "", url: path = "", headers } = from;
    const startedAt = performance.now();
    const conditional = "if-match" in headers || "if-none-match" in headers;
    const there = request({ hostname, port, method, path, headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      to.writeHead(status, answer.headers);
      answer.pipe(to);
      answer.once("end", () => {
        forwarded.push({ method, path, conditional, status, ms: performance.now() - startedAt });
      });
    });
    there.once("error", () => to.destroy());
    from.pipe(there);
  };
  const server = createServer(forward);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const own = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${own}`,
    forwarded,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
