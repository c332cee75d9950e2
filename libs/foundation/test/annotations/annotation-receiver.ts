import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

/** One request as it was sent. */
interface Posted {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly spanIds: readonly string[];
}

/** A scripted HTTP server, for what a Phoenix that works does not do. */
export interface AnnotationReceiver extends AsyncDisposable {
  readonly url: string;
  readonly posts: readonly Posted[];
  /** Status of the answers from now on; 0 for none. */
  status: number;
  next(): Promise<Posted>;
}

export async function annotationReceiver(): Promise<AnnotationReceiver> {
  const posts: Posted[] = [];
  const waiting: ((posted: Posted) => void)[] = [];
  const held: ServerResponse[] = [];
  const server = createServer(async (request, response) => {
    // Only this test's own annotations come here.
    const body = (await json(request)) as { data: readonly { span_id: string }[] };
    const { method = "", url = "", headers } = request;
    const posted = { method, path: url, headers, spanIds: body.data.map((one) => one.span_id) };
    posts.push(posted);
    if (receiver.status === 0) held.push(response);
    else response.writeHead(receiver.status, { connection: "close" }).end("{}");
    waiting.shift()?.(posted);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const receiver: AnnotationReceiver = {
    url: `http://127.0.0.1:${port}/v1/span_annotations`,
    posts,
    status: 200,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return receiver;
}
