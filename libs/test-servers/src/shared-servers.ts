import { startFakeGcs, testProjectId, type GcsPlace } from "./servers/fake-gcs-server.ts";
import { startMinistack } from "./servers/ministack.ts";
import { startPhoenix, type PhoenixPlace } from "./servers/phoenix-server.ts";
import { startRedis } from "./servers/redis-server.ts";
import { testCredentials, testRegion, type S3Place } from "./servers/s3-server.ts";
import { startSeaweed } from "./servers/seaweed.ts";
import { UnavailableError } from "./unavailable-error.ts";

/** Where a Redis is. */
export type RedisPlace = Readonly<{ url: string; host: string; port: number; password?: string }>;

const started = new Map<string, Promise<unknown>>();

/**
 * The Redis that `REDIS_URL` names, else one that this process starts once and that ends with it. Others use it at the
 * same time: keep to keys of your own, and never flush it.
 */
export async function sharedRedis(): Promise<RedisPlace> {
  const url = process.env["REDIS_URL"];
  return url ? redisPlace(url) : once("redis", startRedis);
}

/** The S3 server that `S3_ENDPOINT` names, with the usual `AWS_*` variables, else a ministack of this process. Use buckets of your own. */
export async function sharedS3(): Promise<S3Place> {
  const endpoint = process.env["S3_ENDPOINT"];
  return endpoint ? s3Place(endpoint) : once("s3", startMinistack);
}

/** The S3 server that `S3_SECOND_ENDPOINT` names, else a SeaweedFS of this process. Use buckets of your own. */
export async function sharedSecondS3(): Promise<S3Place> {
  const endpoint = process.env["S3_SECOND_ENDPOINT"];
  return endpoint ? s3Place(endpoint) : once("s3-second", () => startSeaweed());
}

/** The GCS server that `GCS_ENDPOINT` names, else a fake-gcs-server with the memory backend. Use buckets of your own. */
export async function sharedGcs(): Promise<GcsPlace> {
  const endpoint = process.env["GCS_ENDPOINT"];
  if (!endpoint) return once("gcs", () => startFakeGcs());
  return { endpoint, projectId: process.env["GOOGLE_CLOUD_PROJECT"] ?? testProjectId };
}

/** Variable in which the start of a test run leaves a URL: asked, it starts the run's Phoenix and answers where that is. */
export const lenderVariable = "COGNIVERSE_PHOENIX_LENDER";

/**
 * The Phoenix that `PHOENIX_URL` names (with `PHOENIX_GRPC_PORT`, 4317 if left out, and `PHOENIX_API_KEY`), else one of the
 * whole test run, which starts for the first to ask: give that a limit of two minutes. Use projects of your own.
 */
export async function sharedPhoenix(): Promise<PhoenixPlace> {
  const url = process.env["PHOENIX_URL"];
  if (url) return phoenixPlace(url);
  const lender = process.env[lenderVariable];
  return once("phoenix", () => (lender ? borrowPhoenix(lender) : startPhoenix()));
}

/** Every later call for the same name gives the first one's server. */
function once<T>(name: string, start: () => Promise<T>): Promise<T> {
  const before = started.get(name);
  // Each name has one type of server.
  if (before) return before as Promise<T>;
  const starting = start();
  started.set(name, starting);
  return starting;
}

function redisPlace(text: string): RedisPlace {
  const { hostname, port, password } = new URL(text);
  return {
    url: text,
    host: hostname,
    port: Number(port || 6379),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  };
}

function s3Place(endpoint: string): S3Place {
  return {
    endpoint,
    region: process.env["AWS_REGION"] ?? testRegion,
    credentials: {
      accessKeyId: process.env["AWS_ACCESS_KEY_ID"] ?? testCredentials.accessKeyId,
      secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? testCredentials.secretAccessKey,
    },
  };
}

function phoenixPlace(text: string): PhoenixPlace {
  const apiKey = process.env["PHOENIX_API_KEY"];
  return {
    url: text.replace(/\/+$/, ""),
    grpcPort: Number(process.env["PHOENIX_GRPC_PORT"] || 4317),
    ...(apiKey ? { apiKey } : {}),
  };
}

async function borrowPhoenix(lender: string): Promise<PhoenixPlace> {
  const response = await fetch(lender);
  const text = await response.text();
  if (!response.ok) throw new UnavailableError(text);
  // Written by this package only.
  return JSON.parse(text) as PhoenixPlace;
}
