import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { gcsBackend } from "@cogniverse/cache-gcs";
import { s3Backend } from "@cogniverse/cache-s3";
import { noTelemetry, silentLogger, systemClock, systemRandom } from "@cogniverse/core";
import type { GcsServer, S3Server } from "@cogniverse/test-servers";

const context = {
  tier: "cold",
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  telemetry: noTelemetry,
};

type Environment = Readonly<Record<string, string>>;

/** A configuration of the repository. */
export function configPath(name: string): string {
  return fileURLToPath(new URL(`../../../../configs/${name}`, import.meta.url));
}

/** Makes a bucket and says what production.yaml has to know of it. */
export async function s3Environment(server: S3Server): Promise<Environment> {
  const { endpoint, region, credentials } = server;
  const bucket = newBucket();
  const { accessKeyId, secretAccessKey } = credentials;
  const secrets = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const options = { bucket, region, endpoint, create_bucket: true, manage_bucket: false };
  const keys = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
  const made = await s3Backend({ ...options, ...keys }, context);
  await made[Symbol.asyncDispose]?.();
  return { ...secrets, AWS_REGION: region, S3_ENDPOINT: endpoint, S3_BUCKET: bucket };
}

/** Makes a bucket and says what production-gcs.yaml has to know of it. */
export async function gcsEnvironment({ endpoint, projectId }: GcsServer): Promise<Environment> {
  const bucket = newBucket();
  const options = { bucket, project_id: projectId, endpoint };
  const made = await gcsBackend({ ...options, create_bucket: true, manage_bucket: false }, context);
  await made[Symbol.asyncDispose]?.();
  return { GCS_ENDPOINT: endpoint, GOOGLE_CLOUD_PROJECT: projectId, GCS_BUCKET: bucket };
}

function newBucket(): string {
  return `video-search-${randomUUID().slice(0, 12)}`;
}
