import { expect, test } from "@jest/globals";
import { METRICS } from "@cogniverse/sdk";

test("no figure has a unit for which a collector calls it a ratio", () => {
  const ratios = Object.entries(METRICS).filter(([, { unit }]) => unit === "1");
  expect(ratios).toEqual([]);
});
