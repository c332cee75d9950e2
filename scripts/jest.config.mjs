import { fileURLToPath } from "node:url";

export default {
  rootDir: fileURLToPath(new URL(".", import.meta.url)),
  displayName: "scripts",
  cacheDirectory: fileURLToPath(new URL("../node_modules/.cache/jest", import.meta.url)),
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.mjs"],
  transform: {},
};
