import { randomUUID } from "node:crypto";
import { sharedGcs, sharedRedis, sharedS3 } from "@cogniverse/test-servers";
import type { NodeSpec } from "./node-process.ts";

type Tiers = NodeSpec["tiers"];

/** Tiers that several machines share, before and behind each one's own disk; empty, and apart from every other test's. */
export type SharedTiers = Readonly<{ hot: Tiers; cold: Tiers }>;

type Deployment = Readonly<{
  /** Which tiers, and after the arrow whose log is the truth. */
  name: string;
  needs: readonly ("redis" | "s3" | "gcs")[];
  open: () => Promise<SharedTiers>;
}>;

/** Deployments whose log is in one of the shared tiers. */
export const deployments: readonly Deployment[] = [
  {
    name: "Redis -> Redis",
    needs: ["redis"],
    open: async () => ({ hot: [await redis()], cold: [] }),
  },
  {
    name: "Redis and S3 -> S3",
    needs: ["redis", "s3"],
    open: async () => ({ hot: [await redis()], cold: [await s3()] }),
  },
  { name: "S3 -> S3", needs: ["s3"], open: async () => ({ hot: [], cold: [await s3()] }) },
  { name: "GCS -> GCS", needs: ["gcs"], open: async () => ({ hot: [], cold: [await gcs()] }) },
];

async function redis(): Promise<Tiers[number]> {
  return onRedis(await sharedRedis());
}

/** A Redis tier of its own on that server. */
export function onRedis({ url }: Readonly<{ url: string }>): Tiers[number] {
  return { backend: "redis", config: { url, key_prefix: `test-${randomUUID()}:` } };
}

/** A bucket of its own. */
export async function s3(): Promise<Tiers[number]> {
  const { endpoint, region, credentials } = await sharedS3();
  return {
    backend: "s3",
    config: {
      bucket: `test-${randomUUID()}`,
      create_bucket: true,
      endpoint,
      region,
      path_style: true,
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
    },
  };
}

async function gcs(): Promise<Tiers[number]> {
  const { endpoint, projectId } = await sharedGcs();
  return {
    backend: "gcs",
    config: {
      bucket: `test-${randomUUID()}`,
      create_bucket: true,
      endpoint,
      project_id: projectId,
    },
  };
}
