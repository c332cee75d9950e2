import { expect, test } from "@jest/globals";
import { SourceRegistry } from "../../src/compute/source-registry.ts";

test("whichever comes first, reader or filler of another content, one of them is told", () => {
  const readerFirst = new SourceRegistry();
  expect([readerFirst.register("a", "old"), readerFirst.changes("a", "new", true)]).toEqual([
    true,
    true,
  ]);
  const fillerFirst = new SourceRegistry();
  expect([fillerFirst.changes("a", "new", true), fillerFirst.register("a", "old")]).toEqual([
    false,
    false,
  ]);
});

test("the same content tells nobody anything, and a fill while nothing computes is forgotten", () => {
  const registry = new SourceRegistry();
  expect([registry.changes("a", "same", true), registry.register("a", "same")]).toEqual([
    false,
    true,
  ]);
  registry.changes("b", "new", true);
  registry.changes("c", "any", false);
  expect(registry.register("b", "old")).toBe(true);
});
