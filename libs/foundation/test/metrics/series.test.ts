import { expect, test } from "@jest/globals";
import type { Attributes } from "@cogniverse/sdk";
import { SeriesIndex } from "../../src/metrics/series.ts";

const counted = (limit?: number): SeriesIndex<{ attributes: Attributes }> =>
  new SeriesIndex((attributes) => ({ attributes }), limit);

test("the same attributes are one series in any order; others are not, whatever they contain", () => {
  const index = counted();
  const first = index.at({ tier: "hot", operation: "get" });
  expect(index.at({ operation: "get", tier: "hot" })).toBe(first);
  const others: Attributes[] = [
    {},
    { tier: "hot" },
    { tier: "get", operation: "hot" },
    { tier: "hot", operation: "get", x: "" },
    { tierhot: "operation" },
    { tier: 'hot","operation":"get' },
    { tier: true },
    { tier: "true" },
    { tier: 1 },
    { tier: "1" },
  ];
  expect(new Set([first, ...others.map((one) => index.at(one))]).size).toBe(11);
});

test("attributes that are changed afterwards are none of the series'", () => {
  const index = counted();
  const reused = { tier: "hot" };
  const hot = index.at(reused);
  reused.tier = "cold";
  expect(hot.attributes).toEqual({ tier: "hot" });
  expect(index.at(reused)).not.toBe(hot);
});

test("beyond the limit all new sets are one series, and known ones stay themselves", () => {
  const index = counted(3);
  const known = index.at({ user: "u0" });
  for (let user = 1; user < 1000; user++) index.at({ user: `u${user}` });
  expect(index.size).toBe(4);
  expect(index.at({ user: "u0" })).toBe(known);
  expect(index.at({ user: "u999" }).attributes).toEqual({ "otel.metric.overflow": true });
  expect(index.at({ other: 1 })).toBe(index.at({ user: "u500" }));
});
