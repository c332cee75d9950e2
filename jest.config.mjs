export default {
  projects: [
    "<rootDir>/libs/*",
    "<rootDir>/apps/*",
    "<rootDir>/bench",
    "<rootDir>/docs",
    "<rootDir>/scripts",
  ],
  // Half of what there is, the default, leaves a core idle on small machines.
  maxWorkers: "100%",
  // As in jest.preset.mjs, which jest only asks where a package is tested alone.
  testTimeout: 60_000,
  reporters: ["default", "<rootDir>/scripts/results/totals-reporter.mjs"],
};
