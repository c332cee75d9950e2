import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serverSuite, sharedS3 } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { BucketBench } from "./support/bucket-bench.ts";

const MIB = 2 ** 20;
const child = fileURLToPath(new URL("memory.child.ts", import.meta.url));

serverSuite(["s3"], describe)("a stream of 256 MiB", () => {
  test("goes up and down in memory bounded by its parts, measured from outside of the heap", async () => {
    await using bench = await BucketBench.at(await sharedS3());
    const args = ["--conditions=@cogniverse/source", child, JSON.stringify(bench.options())];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { bytes, grownBytes }: { bytes: number; grownBytes: number } = JSON.parse(stdout);
    expect(bytes).toBe(256 * MIB);
    // Parts in flight are 40 MiB; the rest is garbage that nobody has collected yet.
    expect(grownBytes).toBeLessThan(160 * MIB);
  }, 120_000);
});
