import { CreateMultipartUploadCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { serverSuite, sharedS3, sharedSecondS3 } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { BucketBench } from "./support/bucket-bench.ts";

for (const [name, need, place] of [
  ["ministack", "s3", sharedS3],
  ["SeaweedFS", "s3-second", sharedSecondS3],
] as const)
  serverSuite([need], describe)(`a purge on ${name}`, () => {
    test("aborts what a killed process has uploaded of a tenant, and nobody else's", async () => {
      await using bench = await BucketBench.at(await place());
      for (const tenant of ["acme", "acme.prod", "globex"]) {
        const target = { Bucket: bench.name, Key: `tenants/${tenant}/large.bin` };
        const { UploadId } = await bench.bare.send(new CreateMultipartUploadCommand(target));
        const part = { ...target, UploadId, PartNumber: 1, Body: new Uint8Array(100) };
        await bench.bare.send(new UploadPartCommand(part));
      }
      const tier = bench.tier(bench.bucket());
      expect(await tier.purge?.("acme")).toBe(0);
      expect((await bench.openUploads()).toSorted()).toEqual([
        "tenants/acme.prod/large.bin",
        "tenants/globex/large.bin",
      ]);
    });
  });
