import { expect, test } from "@jest/globals";
import { toPosition } from "@cogniverse/sdk";
import { RecentFills, type FilledCopy } from "../../src/dependencies/recent-fills.ts";

function copy(digest: string): FilledCopy {
  return { logId: "log", asOf: toPosition(1), tags: [], inherited: [], digest };
}

function digestsOf(fills: RecentFills, path: string): readonly string[] {
  return fills.of(path).map(({ digest }) => digest);
}

test("a fill that takes long is remembered, and keeps none from being forgotten that landed meanwhile", () => {
  const fills = new RecentFills();
  const slow = copy("slow");
  fills.begin("slow", slow);
  for (const [at, path] of ["a", "b", "c"].entries()) {
    const filled = copy(path);
    fills.begin(path, filled);
    fills.landed(path, filled, at);
  }
  fills.forgetBefore(2);
  expect([fills.of("a"), fills.of("b"), fills.size]).toEqual([[], [], 2]);
  expect([digestsOf(fills, "slow"), digestsOf(fills, "c")]).toEqual([["slow"], ["c"]]);
  fills.landed("slow", slow, 5);
  fills.forgetBefore(5);
  expect([digestsOf(fills, "slow"), fills.size]).toEqual([["slow"], 1]);
  fills.forgetBefore(6);
  expect(fills.size).toBe(0);
});

test("of two fills of a key each is remembered until it has landed and the log was read", () => {
  const fills = new RecentFills();
  const [first, second] = [copy("first"), copy("second")];
  fills.begin("key", first);
  fills.begin("key", second);
  fills.landed("key", second, 1);
  expect(digestsOf(fills, "key")).toEqual(["first", "second"]);
  fills.forgetBefore(9);
  expect(digestsOf(fills, "key")).toEqual(["first"]);
  fills.landed("key", first, 9);
  fills.forgetBefore(10);
  expect(fills.size).toBe(0);
});
