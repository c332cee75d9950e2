import { sharedS3, sharedSecondS3, serverSuite, type S3Place } from "@cogniverse/test-servers";
import { describeBackend } from "@cogniverse/testkit/jest";
import { describe } from "@jest/globals";
import { setTimeout as delay } from "node:timers/promises";
import { BucketBench } from "./support/bucket-bench.ts";

async function fixture(place: () => Promise<S3Place>) {
  const bench = await BucketBench.at(await place());
  const bucket = bench.bucket();
  return {
    backend: bench.backend(),
    advance: (ms: number) => delay(ms),
    leftovers: async () => {
      await bucket.objects.settled();
      return [...(await bench.names("uploads/")), ...(await bench.openUploads())];
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

const SERVERS = [
  { name: "S3 (ministack)", need: "s3", place: sharedS3, deviations: {} },
  {
    name: "S3 (SeaweedFS)",
    need: "s3-second",
    place: sharedSecondS3,
    deviations: {
      "tenants and keys chosen to collide are never one entry":
        "a segment of a name may have 255 bytes, S3 takes 1,024 for the whole name",
    },
  },
] as const;

for (const { name, need, place, deviations } of SERVERS)
  serverSuite([need], describe)(name, () => {
    describeBackend(name, () => fixture(place), {
      capabilities: ["entries", "batch", "streams", "scan", "log"],
      hooks: ["leftovers"],
      largestBytes: 64 << 20,
      listedKeys: 2500,
      foreverMs: 2000,
      metadataLimitBytes: 1500,
      boundedStreams: true,
      deviations,
    });
  });
