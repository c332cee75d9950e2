import { describe, expect, test } from "@jest/globals";
import { SeenSince } from "../../src/invalidation/seen-since.ts";

const D = 300;
const named = { table: "a 1", alone: [] };
const alone = (leaving: boolean) => ({ table: "", alone: [{ session: "x", leaving }] });

/** What is due after looks at these moments. */
function looks(...seen: readonly (readonly [at: number, cut: Parameters<SeenSince["look"]>[0]])[]) {
  const since = new SeenSince();
  const due = seen.map(([at, cut]) => since.look(cut, at, D));
  return due.at(-1);
}

describe("SeenSince", () => {
  test("confirms a table that was named at each look for D", () => {
    expect(looks([0, named], [200, named], [299, named])).toMatchObject({ confirm: undefined });
    expect(looks([0, named], [200, named], [300, named])).toMatchObject({ confirm: "a 1" });
  });

  test("counts anew where another was named in between, also under the same incarnation", () => {
    const again = { table: "a 2", alone: [] };
    expect(looks([0, named], [200, again], [400, again])).toMatchObject({ confirm: undefined });
    expect(looks([0, named], [200, again], [450, again], [500, again])).toMatchObject({
      confirm: "a 2",
    });
  });

  test("counts anew where nobody looked for D: another may have been named meanwhile", () => {
    expect(looks([0, named], [300, named])).toMatchObject({ confirm: undefined });
    expect(looks([0, named], [300, named], [500, named], [600, named])).toMatchObject({
      confirm: "a 1",
    });
  });

  test("doubts after three D, and forgets who was leaving for D", () => {
    const every = (until: number, leaving: boolean) =>
      Array.from({ length: until / 100 + 1 }, (_, i) => [i * 100, alone(leaving)] as const);
    expect(looks(...every(800, false))?.doubt.size).toBe(0);
    expect(looks(...every(900, false))?.doubt).toEqual(new Set(["x"]));
    expect(looks(...every(200, true))?.forget.size).toBe(0);
    expect(looks(...every(300, true))?.forget).toEqual(new Set(["x"]));
    expect(looks(...every(900, true))?.doubt.size).toBe(0);
  });

  test("begins anew where a leaving node took it back", () => {
    const due = looks(
      [0, alone(true)],
      [200, alone(false)],
      [290, alone(true)],
      [400, alone(true)],
    );
    expect(due?.forget.size).toBe(0);
  });
});
