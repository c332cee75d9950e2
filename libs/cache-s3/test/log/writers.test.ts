import { serverSuite, sharedS3, sharedSecondS3 } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { BucketBench } from "../support/bucket-bench.ts";
import { countHeadPuts } from "../support/head-requests.ts";
import { runWriters } from "./writers.ts";

/** How often the head was replaced, as the head itself has it. */
async function revision(bench: BucketBench): Promise<number> {
  const { body } = await bench.get("log/head.json");
  return Number(JSON.parse(Buffer.from(body).toString())["revision"]);
}

const gapless = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

for (const [name, need, place] of [
  ["ministack", "s3", sharedS3],
  ["SeaweedFS", "s3-second", sharedSecondS3],
] as const)
  serverSuite([need], describe)(`who append to one log on ${name}`, () => {
    test("1,000 concurrent invalidations of one process take at most 20 writes", async () => {
      await using bench = await BucketBench.at(await place());
      const bucket = bench.bucket();
      const puts = countHeadPuts(bucket.client);
      const { log } = bench.tier(bucket);
      const heads = await Promise.all(
        Array.from({ length: 1000 }, (_, n) => {
          const scope = { kind: "key", value: `embeddings/m/v/${n}.npz` } as const;
          return log.append([{ tenantId: `t${n % 50}`, scope, mode: "hard", at: n, node: "n" }]);
        }),
      );
      expect(heads.map((head) => Number(head?.position))).toEqual(gapless(1000));
      expect(puts.landed + puts.refused + puts.failed).toBeLessThanOrEqual(20);
    });

    test("1,000 concurrent ones of four processes take at most 20, refused ones and all", async () => {
      await using bench = await BucketBench.at(await place());
      const order = { options: bench.options(), how: "at once", appends: 250 } as const;
      const reports = await runWriters(4, order);
      const positions = reports.flatMap((report) => report.positions);
      expect(positions.toSorted((a, b) => a - b)).toEqual(gapless(1000));
      const sent = reports.map(({ puts }) => puts.landed + puts.refused + puts.failed);
      expect(await revision(bench)).toBeLessThanOrEqual(20);
      expect(sent.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(20);
    }, 60_000);

    test("four processes in each other's way all get on, and no position is lost or given twice", async () => {
      await using bench = await BucketBench.at(await place());
      const order = { options: bench.options(), how: "one after the other", appends: 50 } as const;
      const reports = await runWriters(4, order);
      const positions = reports.flatMap((report) => report.positions);
      expect(positions.toSorted((a, b) => a - b)).toEqual(gapless(200));
      const landed = reports.reduce((sum, { puts }) => sum + puts.landed, 0);
      const refused = reports.reduce((sum, { puts }) => sum + puts.refused, 0);
      expect(landed).toBe(200);
      expect(await revision(bench)).toBe(200);
      const longest = reports.map(({ longestMs }) => Math.round(longestMs));
      process.stdout.write(`${name}: ${refused} refused, longest ${longest.join(", ")} ms\n`);
    }, 120_000);
  });
