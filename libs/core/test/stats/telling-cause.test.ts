import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { MissCause } from "@cogniverse/sdk";
import { tellingCause } from "../../src/stats/telling-cause.ts";

const ORDER = [
  "log-down",
  "tier-down",
  "corrupt",
  "undecodable",
  "unsupported",
  "archived",
  "foreign",
  "invalidated",
  "expired",
  "absent",
  "bypassed",
] as const satisfies readonly MissCause[];

test("of any causes in any tiers the most telling one is named, wherever it stood", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ORDER), { minLength: 1 }), (causes) => {
      const byTier = Object.fromEntries(causes.map((cause, i) => [`tier ${i}`, cause]));
      const first = Math.min(...causes.map((cause) => ORDER.indexOf(cause)));
      expect(tellingCause(byTier)).toBe(ORDER[first]);
    }),
  );
});

test("a read that passed no tier was bypassed", () => {
  expect(tellingCause({})).toBe("bypassed");
});
