export default {
  projects: ["<rootDir>/libs/*", "<rootDir>/apps/*", "<rootDir>/bench", "<rootDir>/scripts"],
  reporters: ["default", "<rootDir>/scripts/results/totals-reporter.mjs"],
};
