import type { BackendModule } from "@cogniverse/sdk";
import type { ConfigProblemCode } from "../config/config-problem.ts";
import { nearestName } from "../config/nearest-name.ts";
import { OWN_BACKENDS, packagesFor } from "./backend-packages.ts";
import { type ImportedPackage, type ImportModule, importPackage } from "./import-package.ts";

/** Modules by what YAML says behind `backend:`. */
export type BackendModules = Readonly<Record<string, BackendModule>>;

/** A backend's module, and the package it came from (`undefined` = it was given), or why there is none. */
export type LoadedBackend = Readonly<
  | { ok: true; module: BackendModule; package: string | undefined }
  | {
      ok: false;
      code: ConfigProblemCode;
      message: string;
      suggestion?: string | undefined;
      /** What to add, where that is what is missing. */
      package?: string;
    }
>;

/** Where {@link loadBackend} looks. */
export interface BackendSources {
  /** Taken as they are: a name that is here is never imported. */
  readonly given: BackendModules;
  /** Folders whose packages count too; file URLs that end in "/". */
  readonly bases: readonly URL[];
  readonly load: ImportModule;
}

/** Finds the module that a backend's name stands for. Never throws. */
export async function loadBackend(
  backend: string,
  sources: BackendSources,
): Promise<LoadedBackend> {
  const given = Object.hasOwn(sources.given, backend) ? sources.given[backend] : undefined;
  if (given !== undefined) return checked(given, undefined, `The module given for "${backend}"`);
  const candidates = packagesFor(backend);
  for (const candidate of candidates) {
    const imported = await importPackage(candidate, sources.bases, sources.load);
    if (imported.found) return fromImport(imported, candidate);
  }
  return absent(backend, candidates[0], Object.keys(sources.given));
}

function fromImport(imported: ImportedPackage & { found: true }, name: string): LoadedBackend {
  if ("error" in imported) {
    const why = imported.error instanceof Error ? imported.error.message : String(imported.error);
    const message = `The package ${name} is there but cannot be loaded: ${why}`;
    return { ok: false, code: "broken_package", message };
  }
  const { module } = imported;
  const exported =
    typeof module === "object" && module !== null && "backendModule" in module
      ? module.backendModule
      : undefined;
  return checked(exported, name, `What ${name} exports as backendModule`);
}

function checked(value: unknown, from: string | undefined, what: string): LoadedBackend {
  if (isBackendModule(value)) return { ok: true, module: value, package: from };
  const message = `${what} is no backend module: it needs name, jsonSchema, parse and create`;
  return { ok: false, code: "broken_package", message };
}

function isBackendModule(value: unknown): value is BackendModule {
  if (typeof value !== "object" || value === null) return false;
  if (!("name" in value && "jsonSchema" in value && "parse" in value && "create" in value))
    return false;
  return (
    typeof value.name === "string" &&
    typeof value.jsonSchema === "object" &&
    typeof value.parse === "function" &&
    typeof value.create === "function"
  );
}

function absent(
  backend: string,
  candidate: string | undefined,
  given: readonly string[],
): LoadedBackend {
  const code = "missing_package";
  const valid = [...OWN_BACKENDS, ...given];
  const suggestion = OWN_BACKENDS.includes(backend) ? undefined : nearestName(backend, valid);
  // A slip of the hand is put right in the file, not by adding a package.
  if (suggestion !== undefined) {
    const message = `There is no backend "${backend}" here; did you mean "${suggestion}"?`;
    return { ok: false, code, message, suggestion };
  }
  if (candidate !== undefined && (OWN_BACKENDS.includes(backend) || isPackage(backend))) {
    const message = `The backend "${backend}" needs a package that is not installed: pnpm add ${candidate}`;
    return { ok: false, code, message, suggestion, package: candidate };
  }
  const message = `There is no backend "${backend}" here. There are ${valid.join(", ")}; one of another package is named by that package, such as "@acme/cache-${plain(backend)}"`;
  return { ok: false, code, message, suggestion };
}

/** A scoped name is surely meant to be a package's. */
function isPackage(backend: string): boolean {
  return backend.startsWith("@");
}

function plain(backend: string): string {
  return /^[\w-]+$/.test(backend) ? backend : "disk";
}
