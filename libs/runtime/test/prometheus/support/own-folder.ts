import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for as long as it is not disposed of. */
export async function ownFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cogniverse-figures-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
