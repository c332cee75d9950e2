import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { keys, silentLogger } from "@cogniverse/core";
import type { Logger } from "@cogniverse/sdk";
import { type ConfiguredCache, createCache, type TelemetrySection } from "../../src/index.ts";

/** A request as it was sent; `text`: its body unpacked, with names and values between bytes of protobuf. */
export type Sent = Readonly<{ path: string; headers: IncomingHttpHeaders; text: string }>;

/** A scripted HTTP server that records requests: what it shows is what was asked for, not what a collector makes of it. */
export interface Recorder extends AsyncDisposable {
  readonly url: string;
  readonly sent: readonly Sent[];
  /** Resolves with the first request of that path, also one that came before. */
  first(path: string): Promise<Sent>;
}

/** `answers`: with which status; false leaves every request open. */
export async function recorder(answers: number | false = 200): Promise<Recorder> {
  const sent: Sent[] = [];
  const heard = new EventTarget();
  const server = createServer(async (request, response) => {
    // Who left before it was sent has sent nothing.
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const isGzip = request.headers["content-encoding"] === "gzip";
    const text = (isGzip ? gunzipSync(body) : body).toString("latin1");
    sent.push({ path: request.url ?? "", headers: request.headers, text });
    if (answers !== false)
      response.writeHead(answers, { "content-type": "application/json" }).end("{}");
    heard.dispatchEvent(new Event("request"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    sent,
    async first(path) {
      for (;;) {
        const found = sent.find((request) => request.path === path);
        if (found !== undefined) return found;
        await once(heard, "request");
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The key of {@link oneSpan}. */
export const KEY = "frames/lecture-1/12.jpg";

/** A span as the cache makes them. */
export function oneSpan({ telemetry }: ConfiguredCache, tenantId = "acme"): void {
  const attributes = { "cache.key": KEY, "cache.key_type": "frames" };
  telemetry.startSpan("cache.put", tenantId, { always: true, attributes }).end();
}

/** A memory cache with this section and nothing in its environment. */
export function cacheWith(
  telemetry: TelemetrySection,
  logger: Logger = silentLogger,
): Promise<ConfiguredCache> {
  const caching = { tiers: { memory: { backend: "memory" } } };
  return createCache({ config: { caching, telemetry }, env: {}, logger });
}

/** What a cache of this section sends of what `act` does, by the time that it is closed. */
export async function sentWith(
  section: TelemetrySection,
  act: (cache: ConfiguredCache) => void | Promise<void> = oneSpan,
): Promise<readonly Sent[]> {
  await using receiver = await recorder();
  const cache = await cacheWith({ endpoint: receiver.url, ...section });
  await act(cache);
  await cache.close();
  return receiver.sent;
}

/** A hit in memory, and a miss before it. */
export async function hitAndMiss(cache: ConfiguredCache, tenantId = "acme"): Promise<void> {
  const key = keys.transcription({ video: "v" });
  for (const text of ["miss", "hit"]) await cache.getOrCompute(key, tenantId, () => text);
}
