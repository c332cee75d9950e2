import { fileURLToPath } from "node:url";

export default {
  rootDir: fileURLToPath(new URL(".", import.meta.url)),
  displayName: "scripts",
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.mjs"],
  transform: {},
};
