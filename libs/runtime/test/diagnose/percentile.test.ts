import { expect, test } from "@jest/globals";
import { latencyFigures } from "../../src/diagnose/percentile.ts";

test.each([
  [[3], 3, 3],
  [[4, 1, 3, 2], 2, 4],
  [Array.from({ length: 100 }, (_, i) => 100 - i), 50, 99],
])("percentiles of %j", (durations, p50Ms, p99Ms) => {
  expect(latencyFigures(durations)).toEqual({ p50Ms, p99Ms, calls: durations.length });
});
