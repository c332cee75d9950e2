import { expect, test } from "@jest/globals";
import { toPosition } from "@cogniverse/sdk";
import { RecentFills, type FilledCopy } from "../../src/dependencies/recent-fills.ts";

function copy(digest: string): FilledCopy {
  return { logId: "log", asOf: toPosition(1), tags: [], inherited: [], digest };
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
  expect([fills.of("a"), fills.of("b"), fills.size]).toEqual([undefined, undefined, 2]);
  expect([fills.of("slow")?.digest, fills.of("c")?.digest]).toEqual(["slow", "c"]);
  fills.landed("slow", slow, 5);
  fills.forgetBefore(5);
  expect([fills.of("slow")?.digest, fills.size]).toEqual(["slow", 1]);
  fills.forgetBefore(6);
  expect(fills.size).toBe(0);
});

test("of two fills of a key the later counts, whichever lands first", () => {
  const fills = new RecentFills();
  const [first, second] = [copy("first"), copy("second")];
  fills.begin("key", first);
  fills.begin("key", second);
  fills.landed("key", first, 1);
  fills.forgetBefore(9);
  expect(fills.of("key")?.digest).toBe("second");
  fills.landed("key", second, 9);
  expect(fills.of("key")?.digest).toBe("second");
  fills.begin("key", first);
  fills.forgetBefore(99);
  expect(fills.of("key")?.digest).toBe("first");
});
