import { sharedS3, sharedSecondS3, serverSuite, type S3Place } from "@cogniverse/test-servers";
import type { UnreadableKind } from "@cogniverse/testkit";
import { describeBackend } from "@cogniverse/testkit/jest";
import { describe } from "@jest/globals";
import { BucketBench } from "./support/bucket-bench.ts";
import { failuresAt, loseNextAnswer } from "./support/failures.ts";

async function fixture(place: () => Promise<S3Place>) {
  const bench = await BucketBench.at(await place());
  const bucket = bench.bucket();
  const open = (leaseMs?: number) => bench.tier(bench.bucket(), leaseMs);
  return {
    backend: bench.tier(bucket),
    clock: bench.context.clock,
    advance: (ms: number) => bench.context.advance(ms),
    reopen: async () => open(),
    another: async (options: Readonly<{ leaseMs?: number }> = {}) => open(options.leaseMs),
    forget: () => bench.empty(),
    spoil: (key: string, tenant: string, how: UnreadableKind) =>
      bench.changeMetadata(
        `tenants/${tenant}/${key}`,
        SPOILS[how],
        how === "archived" ? "GLACIER" : undefined,
      ),
    leftovers: async () => {
      await bucket.objects.settled();
      return [...(await bench.names("uploads/")), ...(await bench.openUploads())];
    },
    loseAnswer: () => loseNextAnswer(bucket.client, "PutObjectCommand"),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** How stored copies become ones that cannot be told, by a client that is not ours. */
const SPOILS: Readonly<
  Record<UnreadableKind, (metadata: Record<string, string>) => Record<string, string>>
> = {
  archived: (metadata) => metadata,
  foreign: () => ({ "not-ours": "1" }),
  unsupported: (metadata) => ({ ...metadata, "cog-v": "2-0" }),
  corrupt: (metadata) => ({ ...metadata, "cog-v": "1-0" }),
};

const SERVERS = [
  {
    name: "S3 (ministack)",
    need: "s3",
    place: sharedS3,
    unreadable: ["corrupt", "unsupported", "foreign", "archived"],
    deviations: {},
  },
  {
    name: "S3 (SeaweedFS)",
    need: "s3-second",
    place: sharedSecondS3,
    unreadable: ["corrupt", "unsupported", "foreign"],
    deviations: {
      "keys as long as may be that differ in their last byte are never one entry":
        "a segment of a name may have 255 bytes, S3 takes 1,024 for the whole name",
    },
  },
] as const;

for (const { name, need, place, unreadable, deviations } of SERVERS)
  serverSuite([need], describe)(name, () => {
    describeBackend(name, () => fixture(place), {
      capabilities: ["entries", "batch", "streams", "scan", "log", "purge"],
      hooks: ["reopen", "another", "forget", "spoil", "leftovers", "loseAnswer"],
      unreadable,
      failures: failuresAt(place),
      configurableLease: true,
      metadataLimitBytes: 1500,
      boundedStreams: true,
      deviations,
      timeoutMs: 240_000,
    });
  });
