import { serverSuite, sharedGcs, startFakeGcs, startProxy } from "@cogniverse/test-servers";
import type { FailingFixture } from "@cogniverse/testkit";
import { describeBackend, describeLog } from "@cogniverse/testkit/jest";
import { describe } from "@jest/globals";
import { BucketBench } from "./support/bucket-bench.ts";
import { LosingAnswers } from "./support/losing-answers.ts";
import { serverDeviations } from "./support/server-deviations.ts";
import { jsonError, ScriptedGcs, xmlError, type ScriptedAnswer } from "./support/scripted-gcs.ts";

async function fixture() {
  const bench = await BucketBench.at(await sharedGcs());
  const open = () => bench.backend();
  return {
    backend: await open(),
    clock: bench.context.clock,
    advance: (ms: number) => bench.context.clock.advance(ms),
    reopen: open,
    another: open,
    forget: async () => bench.bare.deleteFiles({ force: true }),
    spoil: (key: string, tenantId: string, how: string) =>
      spoil(bench, `tenants/${tenantId}/${key}`, how),
    leftovers: () => bench.names("uploads/"),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

async function spoil(bench: BucketBench, name: string, how: string): Promise<void> {
  const data = new Uint8Array([1, 2, 3]);
  if (how === "foreign") return bench.put(name, data);
  const metadata = await bench.metadata(name);
  const texts = Object.fromEntries(Object.entries(metadata).map(([n, v]) => [n, String(v)]));
  if (how === "unsupported") return bench.put(name, data, { ...texts, "cog-v": "99-0" });
  return bench.put(name, data, { ...texts, "cog-m": `${texts["cog-m"]}0` });
}

const SECRET = "the-private-key-of-a-service-account";

/** A tier whose service answers everything alike. */
async function answering(json: ScriptedAnswer, xml: ScriptedAnswer): Promise<FailingFixture> {
  const scripted = await ScriptedGcs.start(({ path }) =>
    path.includes("/storage/v1") ? json : xml,
  );
  const bench = await BucketBench.at(scripted.place, { make: false });
  return {
    backend: bench.unopened({ max_retries: 1 }),
    secrets: [SECRET],
    [Symbol.asyncDispose]: async () => {
      await bench[Symbol.asyncDispose]();
      await scripted[Symbol.asyncDispose]();
    },
  };
}

const failures = {
  auth: () =>
    answering(
      jsonError(403, "forbidden", "sa@p.iam does not have storage.objects.get access"),
      xmlError(403, "AccessDenied", "Access denied."),
    ),
  missing: async () => {
    const bench = await BucketBench.at(await sharedGcs());
    const backend = await bench.backend();
    await bench.bare.delete();
    return { backend, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
  },
  throttled: () =>
    answering(
      jsonError(429, "rateLimitExceeded", "The rate of changes to the object exceeds the limit"),
      xmlError(429, "SlowDown", "Please slow down."),
    ),
  unavailable: () =>
    answering(
      jsonError(503, "backendError", "Backend Error"),
      xmlError(503, "ServiceUnavailable", "Try again."),
    ),
  silent: async () => {
    const { hostname, port } = new URL((await sharedGcs()).endpoint);
    const proxy = await startProxy({ host: hostname, port: Number(port) });
    const endpoint = `http://${proxy.host}:${proxy.port}`;
    const bench = await BucketBench.at({ ...(await sharedGcs()), endpoint });
    // Nothing that is to succeed has this limit.
    const backend = bench.unopened({ request_timeout: 0.3 });
    proxy.cut();
    return {
      backend,
      [Symbol.asyncDispose]: async () => {
        await bench[Symbol.asyncDispose]();
        await proxy[Symbol.asyncDispose]();
      },
    };
  },
  stopped: async () => {
    const server = await startFakeGcs();
    const bench = await BucketBench.at(server);
    const backend = await bench.backend({ max_retries: 1 });
    await server.kill();
    return { backend, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
  },
  large: async () => {
    const bench = await BucketBench.at(await sharedGcs());
    const backend = await bench.backend({ max_value_bytes: 100_000 });
    return {
      backend,
      valueBytes: 100_001,
      [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
    };
  },
};

/** The log over connections on which an answer can be lost. */
async function logFixture() {
  const place = await sharedGcs();
  const losing = await LosingAnswers.before(place.endpoint);
  const bench = await BucketBench.at({ ...place, endpoint: losing.endpoint });
  const backend = await bench.backend();
  return {
    log: backend.log,
    close: () => backend[Symbol.asyncDispose](),
    reopen: async () => (await bench.backend()).log,
    another: async ({ leaseMs }: { leaseMs?: number } = {}) =>
      (await bench.backend({}, leaseMs === undefined ? {} : { networkLeaseMs: leaseMs })).log,
    forget: async () => bench.bare.deleteFiles({ force: true }),
    loseAnswer: () => losing.loseAnswer("log/head.json"),
    [Symbol.asyncDispose]: async () => {
      await bench[Symbol.asyncDispose]();
      await losing[Symbol.asyncDispose]();
    },
  };
}

const suite = serverSuite(["gcs"], describe);
const deviations = suite === describe ? await serverDeviations() : {};

suite("on fake-gcs-server", () => {
  describeLog("gcs, where answers can be lost", logFixture, {
    hooks: ["close", "reopen", "another", "forget", "loseAnswer"],
    configurableLease: true,
  });

  describeBackend("gcs", fixture, {
    capabilities: ["entries", "batch", "streams", "scan", "log", "purge"],
    hooks: ["reopen", "another", "forget", "spoil", "leftovers"],
    unreadable: ["corrupt", "unsupported", "foreign"],
    failures,
    deviations,
    metadataLimitBytes: 8000,
    boundedStreams: true,
  });
});
