import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const serversSource = new URL("libs/test-servers/src/", import.meta.url);

/** Jest acts on these only where a test of the package is to run: other runs install and start nothing. */
const serverSettings = {
  globalSetup: fileURLToPath(new URL("jest/global-setup.ts", serversSource)),
  globalTeardown: fileURLToPath(new URL("jest/global-teardown.ts", serversSource)),
};

/** @param {{ name: string, dependencies?: object, devDependencies?: object }} manifest */
function needsServers({ dependencies, devDependencies }) {
  return Object.hasOwn({ ...dependencies, ...devDependencies }, "@cogniverse/test-servers");
}

/**
 * Jest settings of one package: ESM, types stripped by Node itself, workspace packages read
 * from their sources, so that tests need no build.
 *
 * @param {string} configUrl `import.meta.url` of the package's jest.config.mjs
 * @param {import("jest").Config} [overrides]
 */
export function packageConfig(configUrl, overrides = {}) {
  const rootDir = fileURLToPath(new URL(".", configUrl));
  const manifest = JSON.parse(readFileSync(new URL("package.json", configUrl), "utf8"));
  return {
    rootDir,
    displayName: manifest.name,
    // In the clone, so that tests write nothing elsewhere that stays.
    cacheDirectory: fileURLToPath(new URL("node_modules/.cache/jest", import.meta.url)),
    testEnvironment: "node",
    testEnvironmentOptions: { customExportConditions: ["@cogniverse/source", "node"] },
    testMatch: ["<rootDir>/test/**/*.test.ts"],
    moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
    extensionsToTreatAsEsm: [".ts"],
    modulePathIgnorePatterns: ["<rootDir>/dist/"],
    transform: {},
    ...(needsServers(manifest) ? serverSettings : {}),
    // Ends a test that hangs; says nothing about speed, for machines are busy and slow at will.
    testTimeout: 60_000,
    ...overrides,
  };
}
