import { sharedGcs } from "@cogniverse/test-servers";
import { BucketBench } from "./bucket-bench.ts";

/**
 * Whether the emulator here is one before 1.56, as comes out of a wheel where there is no Go: it heeds no generation in deletions and
 * resumable uploads.
 */
export async function isOldEmulator(): Promise<boolean> {
  await using bench = await BucketBench.at(await sharedGcs());
  await bench.put("probe", new Uint8Array([1]));
  await bench.client().delete("probe", "1");
  return (await bench.names("probe")).length === 0;
}

/** The rules that the emulator here breaks, and why. */
export async function serverDeviations(): Promise<Readonly<Record<string, string>>> {
  if (!(await isOldEmulator())) return {};
  const reason = "fake-gcs-server before 1.56 deletes whatever the generation is";
  return {
    "an etag of one node is an etag of the other": reason,
    "deleteEntry deletes exactly the copy it names": reason,
    "a conditional delete never takes a copy that came after": reason,
  };
}
