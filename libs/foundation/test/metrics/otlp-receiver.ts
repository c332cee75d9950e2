import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

/** One push as it was sent. */
interface Pushed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked where it was gzip. */
  readonly body: Buffer;
}

/** A scripted HTTP server: no OTLP collector for metrics can be had for tests, so that what was sent is looked at instead. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly pushes: readonly Pushed[];
  /** Status of the answers from now on; 0 for none. */
  status: number;
  next(): Promise<Pushed>;
}

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const pushes: Pushed[] = [];
  const waiting: ((pushed: Pushed) => void)[] = [];
  const server = createServer(async (request, response) => {
    const sent = await buffer(request);
    const packed = request.headers["content-encoding"] === "gzip";
    const body = packed ? gunzipSync(sent) : sent;
    const pushed = { path: request.url ?? "", headers: request.headers, body };
    pushes.push(pushed);
    if (receiver.status > 0) response.writeHead(receiver.status, { connection: "close" }).end();
    waiting.shift()?.(pushed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${port}/v1/metrics`,
    pushes,
    status: 200,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
  return receiver;
}
