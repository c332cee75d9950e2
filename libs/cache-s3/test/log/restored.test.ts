import { serverSuite, sharedS3, sharedSecondS3 } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { BucketBench } from "../support/bucket-bench.ts";

const HEAD = "log/head.json";

const record = {
  tenantId: "t",
  scope: { kind: "key", value: "a" },
  mode: "hard",
  at: 1,
  node: "n",
} as const;

for (const [name, need, place] of [
  ["ministack", "s3", sharedS3],
  ["SeaweedFS", "s3-second", sharedSecondS3],
] as const)
  serverSuite([need], describe)(`an older copy of the head, put back on ${name}`, () => {
    test("gives no position twice to a node that has seen later ones", async () => {
      await using bench = await BucketBench.at(await place());
      const [one, two] = [bench.tier(bench.bucket()).log, bench.tier(bench.bucket()).log];
      await one.append([record]);
      const { body } = await bench.get(HEAD);
      await one.append([record]);
      const seen = await two.head();
      await bench.put(HEAD, body);
      const appended = await one.append([record]);
      expect(appended).toMatchObject({ position: 1 });
      expect(appended?.logId).not.toBe(seen.logId);
      expect(await two.read(seen)).toEqual({ type: "reset", head: appended });
    });
  });
