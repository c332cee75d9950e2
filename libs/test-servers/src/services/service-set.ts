import { fileURLToPath } from "node:url";

import { install, type Missing, type Need } from "../install/install.ts";
import { startFakeGcs, testProjectId } from "../servers/fake-gcs-server.ts";
import { startMinistack } from "../servers/ministack.ts";
import { startPhoenix } from "../servers/phoenix-server.ts";
import { startPrometheus } from "../servers/prometheus-server.ts";
import { startRedis } from "../servers/redis-server.ts";
import { testCredentials, testRegion, type S3Credentials } from "../servers/s3-server.ts";
import { startSeaweed } from "../servers/seaweed.ts";
import type { Server } from "../server.ts";
import { createGcsBucket, createS3Bucket, exampleBucket } from "./buckets.ts";

/** One kind of server that tests and the app can share, and the variable that tells where it is. */
export type ServiceKind = Readonly<{
  name: Need;
  /** What starts. */
  title: string;
  variable: string;
  /** Only starts for who asks for it by name. */
  onDemand?: true;
  start(): Promise<readonly [server: Server, address: string]>;
}>;

const redisKind: ServiceKind = {
  name: "redis",
  title: "Redis",
  variable: "REDIS_URL",
  start: async () => {
    const server = await startRedis();
    return [server, server.url];
  },
};

const s3Kind: ServiceKind = {
  name: "s3",
  title: "S3 (ministack, takes any credentials)",
  variable: "S3_ENDPOINT",
  start: async () => {
    const server = await startMinistack();
    await createS3Bucket(server.endpoint);
    return [server, server.endpoint];
  },
};

const secondS3Kind: ServiceKind = {
  name: "s3-second",
  title: "S3 (SeaweedFS, checks signatures)",
  variable: "S3_SECOND_ENDPOINT",
  start: async () => {
    const server = await startSeaweed({
      credentials: s3Credentials(),
      buckets: [exampleBucket],
    });
    return [server, server.endpoint];
  },
};

const gcsKind: ServiceKind = {
  name: "gcs",
  title: "GCS (fake-gcs-server)",
  variable: "GCS_ENDPOINT",
  start: async () => {
    const server = await startFakeGcs();
    await createGcsBucket(server.endpoint, server.projectId);
    return [server, server.endpoint];
  },
};

const phoenixKind: ServiceKind = {
  name: "phoenix",
  title: "Phoenix (traces; 450 MB)",
  variable: "PHOENIX_COLLECTOR_ENDPOINT",
  onDemand: true,
  start: async () => {
    const server = await startPhoenix();
    return [server, server.url];
  },
};

/** Where `telemetry: metrics: prometheus:` listens unless told otherwise. */
const defaultTarget = "127.0.0.1:9464";

/** The shipped rules, so that alerts can be seen here as well. */
const rulesFile = fileURLToPath(
  new URL("../../../../configs/prometheus/cogniverse-cache.rules.yaml", import.meta.url),
);

const prometheusKind: ServiceKind = {
  name: "prometheus",
  title: `Prometheus (scrapes ${defaultTarget})`,
  variable: "PROMETHEUS_URL",
  onDemand: true,
  start: async () => {
    const server = await startPrometheus({
      targets: [defaultTarget],
      ruleFiles: [rulesFile],
      scrapeIntervalMs: 5000,
    });
    return [server, server.url];
  },
};

export const serviceKinds: readonly ServiceKind[] = [
  redisKind,
  s3Kind,
  secondS3Kind,
  gcsKind,
  phoenixKind,
  prometheusKind,
];

/** Those that start unasked. */
export const usualKinds: readonly ServiceKind[] = serviceKinds.filter(({ onDemand }) => !onDemand);

/** One server of a set. */
export type Service = Readonly<{
  kind: ServiceKind;
  address: string;
  /** `undefined` where the environment has named one that somebody else runs. */
  server: Server | undefined;
}>;

/** What runs, and what cannot. */
export type ServiceSet = Readonly<{
  services: readonly Service[];
  missing: Missing;
}>;

/**
 * Installs and starts what the environment does not name, all at a time. Where one fails to start, none stays.
 *
 * @param alsoInstall What is not started now.
 */
export async function startServices(
  kinds: readonly ServiceKind[],
  alsoInstall: readonly Need[] = [],
): Promise<ServiceSet> {
  const own = kinds.filter(({ variable }) => !process.env[variable]);
  const missing = await install([...own.map(({ name }) => name), ...alsoInstall]);
  const results = await Promise.allSettled(
    kinds.filter(({ name }) => missing[name] === undefined).map(startService),
  );
  const services = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : [],
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return { services, missing };
  await stopServices(services);
  throw failed.reason;
}

/** Stops those that were started here. */
export async function stopServices(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map(async ({ server }) => server?.stop()));
}

/** Variables that tell clients where the servers are and how to log in. */
export function variablesOf(services: readonly Service[]): Record<string, string> {
  const has = (...kinds: readonly ServiceKind[]): boolean =>
    services.some(({ kind }) => kinds.includes(kind));
  return {
    ...Object.fromEntries(services.map(({ kind, address }) => [kind.variable, address])),
    ...(has(s3Kind, secondS3Kind) ? awsVariables() : {}),
    ...(has(gcsKind)
      ? { GOOGLE_CLOUD_PROJECT: process.env["GOOGLE_CLOUD_PROJECT"] || testProjectId }
      : {}),
  };
}

function awsVariables(): Record<string, string> {
  const { accessKeyId, secretAccessKey } = s3Credentials();
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: process.env["AWS_REGION"] || testRegion,
  };
}

/** Those that the environment has for a server that it names; both S3 servers share the variables. */
function s3Credentials(): S3Credentials {
  const accessKeyId = process.env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = process.env["AWS_SECRET_ACCESS_KEY"];
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : testCredentials;
}

async function startService(kind: ServiceKind): Promise<Service> {
  const given = process.env[kind.variable];
  if (given) return { kind, address: given, server: undefined };
  const [server, address] = await kind.start();
  return { kind, address, server };
}
