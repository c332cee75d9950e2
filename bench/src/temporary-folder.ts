import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own that `use` fills, removed when the iteration over what it yields ends. */
export async function* inTemporaryFolder<T>(
  use: (folder: string) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-bench-"));
  try {
    yield* use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
