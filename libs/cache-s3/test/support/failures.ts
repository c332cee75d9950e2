import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Place } from "@cogniverse/test-servers";
import type { FailingFixture, Failures } from "@cogniverse/testkit";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { BucketBench } from "./bucket-bench.ts";
import { s3Error, ScriptedServer, type ScriptedAnswer } from "./scripted-server.ts";

const marked = {
  access_key_id: "AKIAVERYSECRETID",
  secret_access_key: "very/secret+key=",
  session_token: "very+secret/token==",
} as const;
const SECRETS = Object.values(marked);

/** Failures that a scripted server shows, whatever the real one does; only what is stored is stored at `place`. */
export const failuresAt = (place: () => Promise<S3Place>): Failures => ({
  auth: () =>
    scripted(
      s3Error(
        403,
        "SignatureDoesNotMatch",
        `<AWSAccessKeyId>${SECRETS[0]}</AWSAccessKeyId><StringToSign>${SECRETS[1]}</StringToSign>`,
      ),
    ),
  missing: () => scripted(s3Error(404, "NoSuchBucket")),
  throttled: () => scripted(s3Error(503, "SlowDown")),
  unavailable: () => scripted(s3Error(500, "InternalError")),
  silent: () => silent(),
  stopped: () => stopped(),
  large: () => large(place),
});

async function scripted(answer: ScriptedAnswer): Promise<FailingFixture> {
  const server = await ScriptedServer.start();
  server.answers(answer);
  // It answers always, however busy the machine is.
  return at(server.endpoint, server, 30);
}

/** Takes connections and says nothing. */
async function silent(): Promise<FailingFixture> {
  const server = createServer();
  const sockets = new Set<{ destroy: () => void }>();
  server.on("connection", (socket) => sockets.add(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return at(`http://127.0.0.1:${port}`, {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  });
}

/** A port that was free a moment ago. */
async function stopped(): Promise<FailingFixture> {
  const server = await ScriptedServer.start();
  const { endpoint } = server;
  await server[Symbol.asyncDispose]();
  return at(endpoint, undefined);
}

async function large(place: () => Promise<S3Place>): Promise<FailingFixture> {
  const bench = await BucketBench.at(await place());
  return {
    backend: bench.tier(bench.bucket({ max_value_bytes: 1000 })),
    valueBytes: 1001,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

async function at(
  endpoint: string,
  server: AsyncDisposable | undefined,
  request_timeout = 0.3,
): Promise<FailingFixture> {
  const credentials = { accessKeyId: "bare", secretAccessKey: "bare" };
  const bench = await BucketBench.at(
    { endpoint, region: "us-east-1", credentials },
    { make: false },
  );
  const bucket = bench.bucket({ ...marked, request_timeout });
  return {
    backend: bench.tier(bucket),
    secrets: SECRETS,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    },
  };
}

/** Makes the next answer to a write of this object never arrive, though the write is done. */
export function loseNextAnswer(client: S3Client, operation: string): void {
  let lost = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      if (lost || context.commandName !== operation) return result;
      lost = true;
      throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    },
    { step: "finalizeRequest", name: `lose${operation}`, override: true },
  );
}
