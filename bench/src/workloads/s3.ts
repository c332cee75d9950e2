import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { s3Backend } from "@cogniverse/cache-s3";
import { plainEntry, type CacheBackend } from "@cogniverse/sdk";
import { startMinistack, startSeaweed, type S3Server } from "@cogniverse/test-servers";
import { backendContext } from "../backend-context.ts";
import type { Contest } from "../contest.ts";
import { inTurns } from "../in-turns.ts";
import { noise } from "../noise.ts";
import type { Workload } from "../workload.ts";

type Size = Readonly<{ name: string; bytes: number; objects: number }>;

/** One server, two clients of it. */
type Bench = Readonly<{ server: string; bucket: string; bare: S3Client; tier: CacheBackend }>;

const MIB = 2 ** 20;
const TENANT = "acme";
const BUCKET = "bench";
const SIZES: readonly Size[] = [
  { name: "64 KiB", bytes: MIB / 16, objects: 32 },
  { name: "4 MiB", bytes: 4 * MIB, objects: 4 },
  { name: "64 MiB", bytes: 64 * MIB, objects: 2 },
];
const SERVERS = [
  { name: "ministack", start: startMinistack },
  { name: "SeaweedFS", start: () => startSeaweed() },
] as const;
const GOAL = { goal: 0.95, mostCpu: 1.15 } as const;

/** The tier beside the SDK's client as a careful user has it: connections kept alive, checksums of the SDK's default both ways. */
export const s3Workload: Workload = {
  name: "s3",
  about: "whole objects by the S3 tier beside the bare SDK client, on local servers",
  items: async function* () {
    for (const { name, start } of SERVERS) {
      await using server = await start();
      const bench = await open(name, server);
      try {
        for (const size of SIZES) yield* contests(bench, size);
      } finally {
        await bench.tier[Symbol.asyncDispose]?.();
        bench.bare.destroy();
      }
    }
  },
};

async function open(name: string, server: S3Server): Promise<Bench> {
  const { endpoint, region, credentials } = server;
  const bare = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await bare.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const tier = await s3Backend(
    {
      bucket: BUCKET,
      endpoint,
      region,
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
    },
    backendContext("cold"),
  );
  return { server: name, bucket: BUCKET, bare, tier };
}

async function* contests(bench: Bench, size: Size): AsyncGenerator<Contest> {
  const entries = Array.from({ length: size.objects }, (_, n) => ({
    key: `${size.name.replaceAll(" ", "")}/${n}`,
    entry: plainEntry(noise(size.bytes, n), { now: Date.now(), ttl: null, user: undefined }),
  }));
  const put = inTurns("tier, put", entries, ({ key, entry }) =>
    bench.tier.entries?.putEntry(key, entry, TENANT),
  );
  const get = inTurns("tier, get", entries, ({ key }) => bench.tier.entries?.getEntry(key, TENANT));
  // With as much metadata as the tier sends, which anyone needs who wants a value to expire.
  const headers = { ContentType: "application/octet-stream", Metadata: { about: "x".repeat(150) } };
  const barePut = inTurns("S3Client PutObject", entries, ({ key, entry }) => {
    const Key = nameOf(key);
    const input = { Bucket: bench.bucket, Key, Body: entry.data, ...headers };
    return bench.bare.send(new PutObjectCommand(input));
  });
  const bareGet = inTurns("S3Client GetObject", entries, async ({ key }) => {
    const command = new GetObjectCommand({ Bucket: bench.bucket, Key: nameOf(key) });
    const { Body } = await bench.bare.send(command);
    return Body?.transformToByteArray();
  });
  const contest = { bytesPerOperation: size.bytes };
  const name = `${size.name} on ${bench.server}`;
  yield { ...contest, name: `put ${name}`, baseline: barePut, others: [{ ...put, ...GOAL }] };
  for (const { key, entry } of entries) await bench.tier.entries?.putEntry(key, entry, TENANT);
  yield { ...contest, name: `get ${name}`, baseline: bareGet, others: [{ ...get, ...GOAL }] };
}

function nameOf(key: string): string {
  return `tenants/${TENANT}/${key}`;
}
