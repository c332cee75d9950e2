import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonWithNumpy, serverSuite, sharedS3, sharedSecondS3 } from "@cogniverse/test-servers";
import { describe, expect, test } from "@jest/globals";
import { plainEntry } from "@cogniverse/sdk";
import { BucketBench, SMALL_SIZES } from "./support/bucket-bench.ts";

const run = promisify(execFile);

async function python(code: string, ...args: readonly string[]): Promise<string> {
  return (await run(await pythonWithNumpy(), ["-c", code, ...args])).stdout.trim();
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cache-s3-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

for (const [name, need, place] of [
  ["ministack", "s3", sharedS3],
  ["SeaweedFS", "s3-second", sharedSecondS3],
] as const)
  serverSuite([need, "python"], describe)(`what others read on ${name}`, () => {
    test.each([
      ["by a put", 1000],
      ["by a put in parts", 2_000_000],
    ])(
      "numpy loads an npz stored %s and fetched by a bare SDK client",
      async (_, count) => {
        await using bench = await BucketBench.at(await place());
        const tier = bench.tier(bench.bucket({}, SMALL_SIZES));
        await inFolder(async (folder) => {
          const made = join(folder, "made.npz");
          const got = join(folder, "got.npz");
          const save =
            "import sys, numpy as np; np.savez(sys.argv[1], v=np.arange(int(sys.argv[2]), dtype=np.float32))";
          await python(save, made, String(count));
          const plain = plainEntry(await readFile(made), { now: 0, ttl: null, user: undefined });
          const metadata = { ...plain.metadata, contentType: "application/x-npz" };
          await tier.entries.putEntry("embeddings/m/v/0.npz", { ...plain, metadata }, "acme");
          const { head, body } = await bench.get("tenants/acme/embeddings/m/v/0.npz");
          expect(head).toMatchObject({ ContentType: "application/x-npz" });
          expect(head["ContentEncoding"]).toBeUndefined();
          await writeFile(got, body);
          const load =
            "import sys, numpy as np; v = np.load(sys.argv[1])['v']; print(v.dtype, len(v), int(v[-1]))";
          expect(await python(load, got)).toBe(`float32 ${count} ${count - 1}`);
        });
      },
      120_000,
    );

    test("a stream in parts has the headers that were known at its end, and its encoding", async () => {
      await using bench = await BucketBench.at(await place());
      const { objects } = bench.bucket({}, SMALL_SIZES);
      const chunk = new Uint8Array(2 ** 20).fill(3);
      const etag = await objects.upload(
        "a",
        (async function* () {
          for (let sent = 0; sent < 7; sent++) yield chunk;
        })(),
        () => ({ contentType: "text/plain", contentEncoding: "zstd", metadata: { late: "yes" } }),
      );
      const { head, body } = await bench.get("a");
      expect(head).toMatchObject({
        ETag: etag,
        ContentType: "text/plain",
        ContentEncoding: "zstd",
        Metadata: { late: "yes" },
      });
      expect(body.byteLength).toBe(7 * 2 ** 20);
      await objects.settled();
      expect(await bench.names("uploads/")).toEqual([]);
    });
  });
