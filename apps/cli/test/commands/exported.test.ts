import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { CliHome } from "../support/cli-home.ts";

/** A scripted collector: the bodies of the exports that it is sent, unpacked, with names between bytes of protobuf. */
async function collector(): Promise<
  AsyncDisposable & Readonly<{ url: string; exports: readonly string[] }>
> {
  const exports: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const isGzip = request.headers["content-encoding"] === "gzip";
    exports.push((isGzip ? gunzipSync(body) : body).toString("latin1"));
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    exports,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A scrape endpoint would be taken by the application. */
const configOf = (endpoint: string, more = ""): string => `caching:
  tiers:
    warm: { backend: local, config: { base_path: "\${COGNIVERSE_CACHE_DIR}" } }
telemetry:
  endpoint: ${endpoint}
  keys: { visibility: plain }
  metrics: { prometheus: { port: 1 } }
${more}`;

test("what changes something exports its spans, what only reads does not", async () => {
  await using home = await CliHome.create();
  await using phoenix = await collector();
  const config = await home.file("exporting.yaml", configOf(phoenix.url));
  const spansOf = async (...args: readonly string[]): Promise<string> => {
    const before = phoenix.exports.length;
    const { code, err } = await home.runWith({ input: "{}" }, ...args, "-c", config);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    return phoenix.exports.slice(before).join("\n");
  };
  const put = await spansOf("put", "notes/1.json");
  for (const name of ["cogniverse-cache put", "cache.put", "notes/1.json"])
    expect(put).toContain(name);
  expect(await spansOf("get", "notes/1.json")).toBe("");
  expect(await spansOf("ls")).toBe("");
  expect(await spansOf("invalidate", "--key", "notes/1.json", "--dry-run")).toBe("");
  const killed = await spansOf("invalidate", "--key", "notes/1.json", "--reason", "by-hand");
  for (const name of ["cogniverse-cache invalidate", "cache.invalidate", "key notes/1.json"])
    expect(killed).toContain(name);
  expect(await spansOf("sweep")).toContain("cache.sweep");
});

test("a collector that is not there costs no more than a second, and is said", async () => {
  await using home = await CliHome.create();
  const config = await home.file("lost.yaml", configOf("http://127.0.0.1:1"));
  const startedAt = performance.now();
  const { code, out, err } = await home.run("invalidate", "--all", "-c", config);
  const elapsedMs = performance.now() - startedAt;
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^invalidated /) });
  expect(err).toMatch(/Spans of this command are lost: \d+; the collector did not take them\n/);
  expect(elapsedMs).toBeLessThan(5000);
});

test("a command works where its telemetry cannot be started", async () => {
  await using home = await CliHome.create();
  const config = await home.file("wrong.yaml", configOf("http://127.0.0.1:1"));
  const env = { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" };
  const { code, err } = await home.runWith({ env }, "invalidate", "--all", "-c", config);
  expect(code).toBe(0);
  expect(err).toMatch(/no span of this command is exported; why: .*OTEL_EXPORTER_OTLP_TIMEOUT/);
});
