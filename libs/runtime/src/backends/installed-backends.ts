import { pathToFileURL } from "node:url";
import type { BackendModule } from "@cogniverse/sdk";
import { OWN_BACKENDS } from "./backend-packages.ts";
import { importModule } from "./import-package.ts";
import { loadBackend } from "./load-backend.ts";

/**
 * The modules of this project's backends that are installed here, for {@link jsonSchema}. Looks where `createCache` looks for a
 * configuration in the working directory.
 */
export async function installedBackends(): Promise<readonly BackendModule[]> {
  const bases = [pathToFileURL(`${process.cwd()}/`)];
  const sources = { given: {}, bases, load: importModule };
  const loaded = await Promise.all(OWN_BACKENDS.map((name) => loadBackend(name, sources)));
  return loaded.flatMap((found) => (found.ok ? [found.module] : []));
}
