import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

import { host } from "./process/free-ports.ts";

/** A request as it was sent. */
export type Sent = Readonly<{
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Unpacked where it was gzip. */
  body: Buffer;
  /** The body, a character for each byte: in protobuf, names and values stand as they are between other bytes. */
  text: string;
}>;

/** A scripted HTTP server that records requests: what it shows is what was asked for, not what a real server makes of it. */
export interface Recorder extends AsyncDisposable {
  readonly url: string;
  readonly sent: readonly Sent[];
  /** With which status it answers from now on; false leaves requests open. */
  answers: number | false;
  /** Resolves with the first request of that path, also one that came before. */
  first(path: string): Promise<Sent>;
  /** Resolves with the first request from now on. */
  next(): Promise<Sent>;
}

/** Starts a recorder on a free port. Its end closes all connections. */
export async function startRecorder(answers: number | false = 200): Promise<Recorder> {
  const sent: Sent[] = [];
  const waiting: ((request: Sent) => void)[] = [];
  const server = createServer(async (request, response) => {
    // Who left before it was sent has sent nothing.
    const packed = await buffer(request).catch(() => undefined);
    if (packed === undefined) return;
    const { method = "", url: path = "", headers } = request;
    const body = headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed;
    const recorded = { method, path, headers, body, text: body.toString("latin1") };
    sent.push(recorded);
    if (recorder.answers !== false)
      response.writeHead(recorder.answers, { "content-type": "application/json" }).end("{}");
    for (const tell of waiting.splice(0)) tell(recorded);
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const next = (): Promise<Sent> => new Promise((resolve) => waiting.push(resolve));
  const recorder: Recorder = {
    url: `http://${host}:${port}`,
    sent,
    answers,
    next,
    async first(path) {
      let found = sent.find((request) => request.path === path);
      while (found === undefined) {
        const request = await next();
        if (request.path === path) found = request;
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return recorder;
}
