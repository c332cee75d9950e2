import { moduleResolve } from "import-meta-resolve";

/** Loads a module by its specifier; rejects as `import()` does. */
export type ImportModule = (specifier: string) => Promise<unknown>;

/** `found: false`: no such package. `found: true` with an `error`: it is there and could not be loaded. */
export type ImportedPackage = Readonly<
  { found: false } | { found: true; module: unknown } | { found: true; error: unknown }
>;

const CONDITIONS = new Set(["node", "import"]);

/** `import()` as it is; bundlers that cannot follow it leave it alone. */
export const importModule: ImportModule = (specifier) => import(specifier);

/**
 * Imports a package as this one sees it (a peer), else as the application sees it from one of `bases` (file URLs of folders, which end in
 * "/"): with isolated `node_modules` a package sees only what it declares.
 */
export async function importPackage(
  name: string,
  bases: readonly URL[],
  load: ImportModule,
): Promise<ImportedPackage> {
  const asPeer = name.startsWith(".") ? { found: false as const } : await attempt(name, name, load);
  if (asPeer.found) return asPeer;
  for (const base of bases) {
    const url = resolveFrom(name, base);
    if (url !== undefined) return attempt(name, url, load);
  }
  return { found: false };
}

async function attempt(
  name: string,
  specifier: string,
  load: ImportModule,
): Promise<ImportedPackage> {
  try {
    return { found: true, module: await load(specifier) };
  } catch (error) {
    return isAbsence(error, name) ? { found: false } : { found: true, error };
  }
}

function resolveFrom(name: string, base: URL): string | undefined {
  try {
    return moduleResolve(name, new URL("cogniverse-cache.yaml", base), CONDITIONS).href;
  } catch {
    return undefined;
  }
}

/** That very package is missing, not something that it imports itself. */
function isAbsence(error: unknown, name: string): boolean {
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  if (error.code !== "ERR_MODULE_NOT_FOUND" && error.code !== "MODULE_NOT_FOUND") return false;
  return "message" in error && String(error.message).includes(`'${name}'`);
}
