import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { MissCause } from "@cogniverse/sdk";
import { tellingCause } from "../../src/stats/telling-cause.ts";

type Some = readonly MissCause[];

const DOWN: Some = ["log-down", "tier-down"];
const DAMAGED: Some = ["corrupt", "undecodable"];
const UNKNOWN: Some = ["unsupported", "archived", "foreign"];
const OVER: Some = ["invalidated", "expired"];
const NOTHING: Some = ["absent", "bypassed"];
const ANY: Some = [...DOWN, ...DAMAGED, ...UNKNOWN, ...OVER, ...NOTHING];

test.each<[why: string, more: Some, less: Some]>([
  ["the log hides what any tier holds", ["log-down"], ["tier-down"]],
  ["a tier that is down hides what it holds", DOWN, [...DAMAGED, ...UNKNOWN, ...OVER, ...NOTHING]],
  ["damage is worse than what only this release cannot read", DAMAGED, UNKNOWN],
  ["a copy that cannot be used was not meant to be so", [...DAMAGED, ...UNKNOWN], OVER],
  ["an invalidation is news, the end of a time is not", ["invalidated"], ["expired"]],
  ["a copy that was there says more than none", [...DAMAGED, ...UNKNOWN, ...OVER], NOTHING],
  ["who was asked says more than who was not", ["absent"], ["bypassed"]],
])("%s", (_why, more, less) => {
  for (const telling of more)
    for (const other of less) {
      expect(tellingCause({ hot: telling, cold: other })).toBe(telling);
      expect(tellingCause({ hot: other, cold: telling })).toBe(telling);
    }
});

test("of the causes of many tiers the one is named that outdoes each of the others", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ANY), { minLength: 1 }), (causes) => {
      const named = tellingCause(Object.fromEntries(causes.map((cause, i) => [`t${i}`, cause])));
      expect(causes).toContain(named);
      for (const cause of causes) expect(tellingCause({ hot: cause, cold: named })).toBe(named);
    }),
  );
});

test("a read that passed no tier was bypassed", () => {
  expect(tellingCause({})).toBe("bypassed");
});
