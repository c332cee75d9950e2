import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Jest settings of one package: ESM, types stripped by Node itself, workspace packages read
 * from their sources, so that tests need no build.
 *
 * @param {string} configUrl `import.meta.url` of the package's jest.config.mjs
 * @param {import("jest").Config} [overrides]
 */
export function packageConfig(configUrl, overrides = {}) {
  const rootDir = fileURLToPath(new URL(".", configUrl));
  const { name } = JSON.parse(readFileSync(new URL("package.json", configUrl), "utf8"));
  return {
    rootDir,
    displayName: name,
    // In the clone, so that tests write nothing elsewhere that stays.
    cacheDirectory: fileURLToPath(new URL("node_modules/.cache/jest", import.meta.url)),
    testEnvironment: "node",
    testEnvironmentOptions: { customExportConditions: ["@cogniverse/source", "node"] },
    testMatch: ["<rootDir>/test/**/*.test.ts"],
    moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
    extensionsToTreatAsEsm: [".ts"],
    modulePathIgnorePatterns: ["<rootDir>/dist/"],
    transform: {},
    // Ends a test that hangs; says nothing about speed, for machines are busy and slow at will.
    testTimeout: 60_000,
    ...overrides,
  };
}
