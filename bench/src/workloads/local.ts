import { readFile, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { localBackend, type LocalBackend } from "@cogniverse/cache-local";
import { bytesCodec, CacheManager, defineKeyType } from "@cogniverse/core";
import type { Bytes, Key, TenantCache } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";
import type { Contest } from "../contest.ts";
import { inTurns } from "../in-turns.ts";
import { noise } from "../noise.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import type { Workload } from "../workload.ts";

/** `goal`: of the tier. What the manager adds is the checksum, which `readFile` does not compute: for large values that is shown, not judged. */
type Size = Readonly<{
  name: string;
  bytes: number;
  entries: number;
  goal: number;
  goalVerified?: number;
}>;

const TENANT = "acme";
const SIZES: readonly Size[] = [
  { name: "1 KiB", bytes: 1_024, entries: 2_000, goal: 10, goalVerified: 10 },
  { name: "4 MiB", bytes: 4 * 2 ** 20, entries: 16, goal: 0.95 },
];

// Incompressible and stored as it is, so that files and entries hold the same bytes.
const blobKey = defineKeyType("blobs/{size}/{n}.bin", { ...bytesCodec, compress: "never" });

/** Reads of the local disk tier beside one file per entry, all in the page cache. */
export const localWorkload: Workload = {
  name: "local",
  about:
    "reads from the local disk tier, and through the manager with the checksum verified, beside fs.readFile of one file per entry",
  items: () =>
    inTemporaryFolder(async function* (folder) {
      const backend = await localBackend(
        { base_path: join(folder, "tier") },
        backendContext("local"),
      );
      const manager = new CacheManager({ tiers: [{ name: "local", backend }] });
      try {
        for (const size of SIZES)
          yield await reads(size, folder, backend, manager.forTenant(TENANT));
      } finally {
        await manager.close();
      }
    }),
};

async function reads(
  size: Size,
  folder: string,
  backend: LocalBackend,
  cache: TenantCache,
): Promise<Contest> {
  const files: string[] = [];
  const keys: Key<Bytes>[] = [];
  await mkdir(join(folder, size.name), { recursive: true });
  for (let n = 0; n < size.entries; n++) {
    const key = blobKey({ size: size.name, n });
    const data = noise(size.bytes, n);
    const file = join(folder, size.name, `${n}.bin`);
    await writeFile(file, data);
    await cache.put(key, data);
    files.push(file);
    keys.push(key);
  }
  const baseline = inTurns("fs.readFile", files, (file) => readFile(file));
  const bare = inTurns("backend.entries.getEntry", keys, ({ path }) =>
    backend.entries.getEntry(path, TENANT),
  );
  const through = inTurns("cache.get, checksum verified", keys, (key) => cache.get(key));
  const { goal, goalVerified } = size;
  const verified = goalVerified === undefined ? through : { ...through, goal: goalVerified };
  return {
    name: `${size.name}, ${size.entries} entries`,
    bytesPerOperation: size.bytes,
    baseline,
    others: [{ ...bare, goal }, verified],
  };
}
