import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { backendModule as gcs } from "@cogniverse/cache-gcs";
import { backendModule as local } from "@cogniverse/cache-local";
import { backendModule as memory } from "@cogniverse/cache-memory";
import { backendModule as redis } from "@cogniverse/cache-redis";
import { backendModule as s3 } from "@cogniverse/cache-s3";
import { installedBackends } from "../../src/backends/installed-backends.ts";
import { importModule } from "../../src/backends/import-package.ts";
import { type BackendSources, loadBackend } from "../../src/backends/load-backend.ts";
import { fakeModule } from "../support/fake-modules.ts";

const MODULE = `export const backendModule = {
  name: "theirs", jsonSchema: {}, parse: (options) => ({ ok: true, options }), create: () => Promise.reject(new Error("no")),
};`;

let app = "";
/** An application's folder with packages of its own. */
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "cogniverse-app-"));
  const add = async (name: string, source: string): Promise<void> => {
    const folder = join(app, "node_modules", name);
    await mkdir(folder, { recursive: true });
    const manifest = { name, version: "1.0.0", type: "module", exports: { import: "./index.js" } };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    await writeFile(join(folder, "index.js"), source);
  };
  await add("their-backend", MODULE);
  await add("@cogniverse/cache-theirs", MODULE);
  await add("half-backend", 'export const backendModule = { name: "half" };');
  await add("no-backend", "export const somethingElse = 1;");
  await add("broken-backend", 'import "a-package-that-is-not-there";');
  await writeFile(join(app, "own.mjs"), MODULE);
});
afterAll(() => rm(app, { recursive: true }));

const sources = (parts: Partial<BackendSources> = {}): BackendSources => ({
  given: {},
  bases: [pathToFileURL(`${app}/`)],
  load: importModule,
  ...parts,
});
const noImports = (specifier: string): Promise<unknown> =>
  Promise.reject(new Error(`import of ${specifier}`));

/** As Node says it where no package of that name is there. */
const notFound = (name: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}' imported from x`), {
    code: "ERR_MODULE_NOT_FOUND",
  });

test("installedBackends finds those of this project that are there", async () => {
  expect(await installedBackends()).toEqual([memory, local, redis, s3, gcs]);
});

describe("loadBackend", () => {
  test("imports this project's packages by their short names", async () => {
    expect(await loadBackend("memory", sources())).toEqual({
      ok: true,
      module: memory,
      package: "@cogniverse/cache-memory",
    });
  });

  test("imports nothing that it was given", async () => {
    const own = fakeModule("memory");
    const found = await loadBackend("memory", sources({ given: { memory: own }, load: noImports }));
    expect(found).toEqual({ ok: true, module: own, package: undefined });
    expect(
      await loadBackend("local", sources({ given: { memory: own }, load: noImports })),
    ).toEqual(expect.objectContaining({ ok: false, code: "broken_package" }));
  });

  test.each([
    ["their-backend", "their-backend"],
    ["theirs", "@cogniverse/cache-theirs"],
    ["@cogniverse/cache-theirs", "@cogniverse/cache-theirs"],
    ["./own.mjs", "./own.mjs"],
  ])("finds %s among the application's packages", async (backend, from) => {
    expect(await loadBackend(backend, sources())).toMatchObject({
      ok: true,
      package: from,
      module: { name: "theirs" },
    });
  });

  test.each([
    ["redis", undefined, "pnpm add @cogniverse/cache-redis"],
    ["gcs", undefined, "pnpm add @cogniverse/cache-gcs"],
    ["@acme/cache", undefined, "pnpm add @acme/cache"],
    ["reddis", "redis", 'did you mean "redis"?'],
    ["Local", "local", 'did you mean "local"?'],
    ["s 3", "s3", 'did you mean "s3"?'],
    [
      "azure",
      undefined,
      "There are memory, local, redis, s3, gcs; one of another package is named",
    ],
    ["./missing.mjs", undefined, 'There is no backend "./missing.mjs"'],
  ])("says what to add for %s", async (backend, suggestion, words) => {
    const load = (name: string): Promise<unknown> => Promise.reject(notFound(name));
    expect(await loadBackend(backend, sources({ load }))).toMatchObject({
      ok: false,
      code: "missing_package",
      suggestion,
      message: expect.stringContaining(words),
    });
  });

  test("does not advise a package that nobody knows of", async () => {
    const load = (name: string): Promise<unknown> => Promise.reject(notFound(name));
    const found = await loadBackend("azure", sources({ load }));
    expect(found).not.toHaveProperty("package");
    expect(found).not.toMatchObject({ message: expect.stringContaining("pnpm add") });
  });

  test.each([
    ["half-backend", "is no backend module"],
    ["no-backend", "is no backend module"],
    ["broken-backend", "cannot be loaded"],
  ])("says what is wrong with %s", async (backend, words) => {
    expect(await loadBackend(backend, sources())).toMatchObject({
      ok: false,
      code: "broken_package",
      message: expect.stringContaining(words),
    });
  });

  test("is not fooled by a package that lacks one of its own", async () => {
    const load = (): Promise<unknown> => Promise.reject(notFound("lmdb"));
    const found = await loadBackend("local", sources({ load }));
    expect(found).toMatchObject({ ok: false, code: "broken_package" });
  });
});
