import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { serverSuite, sharedGcs } from "@cogniverse/test-servers";
import { BucketBench } from "../support/bucket-bench.ts";

const child = fileURLToPath(new URL("stream.child.ts", import.meta.url));

serverSuite(["gcs"], describe)("memory", () => {
  test("a stream of 256 MiB is written and read in less than 128 MiB", async () => {
    const place = await sharedGcs();
    await using bench = await BucketBench.at(place);
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--conditions=@cogniverse/source",
      child,
      place.endpoint,
      bench.name,
    ]);
    // Written by the child, in this form.
    const grown = JSON.parse(stdout) as { bytes: number; written: number; most: number };
    expect(grown.bytes).toBe(256 * 2 ** 20);
    expect(grown.most).toBeLessThan(128 * 2 ** 20);
    process.stderr.write(
      `grew by ${(grown.most / 2 ** 20).toFixed(0)} MiB (writing: ${(grown.written / 2 ** 20).toFixed(0)})\n`,
    );
  }, 60_000);
});
