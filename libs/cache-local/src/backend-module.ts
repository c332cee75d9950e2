import type { BackendContext, BackendModule } from "@cogniverse/sdk";
import { translateDiskError } from "./disk-error.ts";
import { LocalBackend } from "./local-backend.ts";
import { LEASE_MS } from "./log/lease.ts";
import { openStore } from "./local-store.ts";
import { localSchema, parseLocalOptions, resolveOptions, type LocalOptions } from "./options.ts";
import type { FileSystem } from "./file-system.ts";

/**
 * Opens the tier in a directory. `fileSystem`: for tests of failing disks. Throws `invalid_config` for a directory in another format,
 * `tier_unavailable` where the disk refuses.
 */
export async function localBackend(
  options: LocalOptions,
  context: BackendContext,
  fileSystem?: FileSystem,
): Promise<LocalBackend> {
  const resolved = resolveOptions(options);
  try {
    return new LocalBackend(await openStore(resolved, context, fileSystem), resolved, context);
  } catch (error) {
    throw translateDiskError(error, context.tier, `open ${resolved.basePath}`);
  }
}

/** The local disk tier for configuration files: `backend: local`. */
export const backendModule: BackendModule<LocalOptions> = {
  name: "local",
  jsonSchema: localSchema,
  profile: { traits: { locality: "machine", durable: true }, logLeaseMs: LEASE_MS },
  parse: parseLocalOptions,
  create: (options, context) => localBackend(options, context),
};
