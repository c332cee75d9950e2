import { createServer, type Server as HttpServer } from "node:http";
import { once } from "node:events";

import { host } from "../process/free-ports.ts";
import { startPhoenix, type PhoenixServer } from "../servers/phoenix-server.ts";

/** Starts one Phoenix for all processes of a test run, when the first of them asks. */
export type PhoenixLender = Readonly<{
  /** GET answers with a `PhoenixPlace` as JSON, or with 503 and the reason. */
  url: string;
  /** Ends the Phoenix too. */
  stop(): Promise<void>;
}>;

/** Listens on loopback; keeps no process from ending. */
export async function lendPhoenix(): Promise<PhoenixLender> {
  let starting: Promise<PhoenixServer> | undefined;
  const server = createServer((_request, response) => {
    starting ??= startPhoenix();
    starting.then(
      ({ url, grpcPort }) => response.end(JSON.stringify({ url, grpcPort })),
      (error: unknown) => {
        response.statusCode = 503;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  const url = await listen(server);
  return {
    url,
    async stop() {
      server.close();
      server.closeAllConnections();
      const phoenix = await starting?.catch(() => undefined);
      await phoenix?.stop();
    },
  };
}

async function listen(server: HttpServer): Promise<string> {
  server.listen({ host, port: 0 }).unref();
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return `http://${host}:${port}`;
}
